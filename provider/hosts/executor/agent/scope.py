"""Runs a list of steps: those of one unit, or verify and commit together."""
import asking
import below
import btrfs
import carrying
import command_steps
import daemons
import file_steps
import ledger
import places
import projects
import spelling
from clock import Failed, explain
from acl import number
from files import look

STEPS = {name[3:]: function for module in (asking, below, btrfs, carrying, command_steps, daemons, file_steps, ledger, places, projects, spelling) for name, function in vars(module).items() if name.startswith("do_")}


class Scope:
    """`live`: the batch's list of live units. `below`: their scopes by key, for verify and commit only."""

    def __init__(self, key, live, below, journal, clock):
        self.key, self.live, self.below, self.journal, self.clock = key, live, below, journal, clock
        self.results, self.values, self.undo, self.changed = {}, {}, [], False

    def text(self, value):
        if isinstance(value, list):
            return "".join(self.text(part) for part in value)
        if not isinstance(value, dict):
            return str(value)
        ((kind, name),) = value.items()
        if kind == "collect":
            return "".join(unit.get("contribute", {}).get(name, "") for unit in self.live)
        if kind != "value":
            return str(number({"uid": "user", "gid": "group"}[kind], name))
        if name not in self.values:
            raise Failed(f"no step before this one gave the value {name}")
        return str(self.values[name])

    def save(self, path):
        """Call it before a path is changed."""
        self.journal.path(path, self.key)
        self.undo.append({"kind": "path", "path": path, "was": look(path)})

    def touched(self):
        return self.changed or any(scope.changed for scope in self.below.values())

    def due(self, step):
        if any(self.values.get(each) for each in step.get("ifEmpty", [])) or ("ifFull" in step and not self.values.get(step["ifFull"])):
            return False
        on = step.get("ifChanged")
        return on is None or (self.touched() if on == "*" else self.results.get(on, {}).get("changed", False))

    def do(self, step):
        self.clock.check()
        result = STEPS[step["do"]](self, step) if self.due(step) else {"changed": False}
        self.changed = self.changed or result["changed"]
        if "id" in step:
            if "value" in result:
                self.values[step["id"]] = result["value"]
            self.results[step["id"]] = {"changed": result["changed"], "code": result["code"]} if result.get("quiet") else result

    def repeat(self, steps):
        """Runs commit's commands again on the old state. -> what failed."""
        troubles = []
        for step in steps:
            if step["do"] == "run":
                try:
                    command_steps.do_run(self, {field: value for field, value in step.items() if field != "undo"})
                except Exception as error:
                    troubles.append(explain(error))
        return troubles
