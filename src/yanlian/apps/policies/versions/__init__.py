"""Versions of policy packs: draft → checked → approved by a second person → in force from a day.

Without any version in the database the folders of the installation count, as delivered. `in_force` says which texts
count on a day, `actions` are the verbs, `checking` tries a draft together with everything else in force. May import the
policy engine and people. Start reading at `in_force.rules_on`.
"""
