"""One operation that creates many tables.

Django renders all related models anew after each CreateModel; with forty tables that point at one, that is most of the
time of a first start. Here they are rendered once.
"""

from django.db.migrations.operations.base import Operation


class CreateTogether(Operation):
    """The CreateModel operations given, with one rendering of the state for all of them."""

    def __init__(self, models):
        self.models = models

    def deconstruct(self):
        return (type(self).__qualname__, [self.models], {})

    def state_forwards(self, app_label, state):
        state.clear_delayed_apps_cache()
        state.__dict__.pop("apps", None)
        for one in self.models:
            one.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for one in self.models:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for one in reversed(self.models):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Create {len(self.models)} tables"
