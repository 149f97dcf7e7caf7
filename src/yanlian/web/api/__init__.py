"""The REST interface under /api/v1/: read only, typed, with the permissions of the pages.

One router for each app; `core` holds the interface itself, who may call, and how refusals are answered; `shapes` what
answers look like. May import every app. Start reading at `core.api`.
"""
