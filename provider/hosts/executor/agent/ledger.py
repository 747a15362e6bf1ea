"""
Numbers and facts, kept for ever in a JSON file with the data: {"reserved": {space: {name: number}}, "facts": {key: value}}. Root of another
gateway with the same data can write it too, so what it holds is checked before it means anything.
"""
import contextlib
import json
import os

from acl import FIND, name_of
from clock import Failed
from files import open_file, put, remove, stat_of


def load(path):
    try:
        with open_file(path) as file:
            content = json.load(file)
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        content = None
    if not dicts(content, 1) or not dicts(content.get("reserved", {}), 2) or not dicts(content.get("facts", {}), 1):
        raise Failed(f"{path}: this is not what pvesmb wrote")
    return content


def dicts(content, levels):
    return isinstance(content, dict) and (levels == 1 or all(dicts(inner, levels - 1) for inner in content.values()))


def save(path, content):
    mode, uid, gid = 0o600, 0, 0
    with contextlib.suppress(FileNotFoundError):
        info = stat_of(path)
        mode, uid, gid = info.st_mode & 0o777, info.st_uid, info.st_gid
    put(path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode(), mode, uid, gid)


def value_of(content, keys):
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def keys_of(step):
    """Whose values a step may change."""
    if step["do"] == "remember":
        return [["facts", step["key"]]]
    return [["reserved", step["space"], name] for name in (step["name"], step.get("formerly")) if name]


def keep(scope, path, keys, value):
    """Sets content[k1][k2].. to value, or deletes it (None). Undone by key and not by file, since units and hosts share the file."""
    was = value_of(load(path), keys)
    scope.journal.key(path, keys, was, scope.key)
    scope.undo.append({"kind": "key", "file": path, "keys": keys, "was": was})
    put_back(path, keys, value)
    return {"changed": True, "value": value}


def put_back(path, keys, value):
    content = inner = load(path)
    if value is None:
        return forget(path, content, keys)
    for key in keys[:-1]:
        inner = inner.setdefault(key, {})
    inner[keys[-1]] = value
    save(path, content)


def forget(path, content, keys):
    way = [content]
    for key in keys[:-1]:
        way.append(way[-1].get(key, {}))
    if way[-1].pop(keys[-1], None) is None:
        return
    for inner, key in reversed(list(zip(way, keys[:-1]))):
        if not inner[key]:
            del inner[key]
    if content:
        save(path, content)
    else:
        remove(path)


def do_reserve(scope, step):
    space, name, want = step["space"], step["name"], step.get("want")
    kind = "user" if step["taken"] == "passwd" else "group"
    given = load(step["file"]).get("reserved", {}).get(space, {})
    former = step.get("formerly")
    for each in (name, former):
        if each in given and not (type(given[each]) is int and step["least"] <= given[each] <= step["most"]):
            raise Failed(f"{step['file']}: {space} of {each} is {given[each]!r}, which pvesmb gives to nobody: somebody else wrote it; correct it there", "Conflict")
    if former in given and name in given:
        raise Failed(f"{space} {given[former]} belongs to {former}, but {name} has {given[name]} from an earlier account, and files may belong to both; choose another name", "Conflict")
    if name in given:
        if want not in (None, given[name]):
            raise Failed(f"{name} has {space} {given[name]}, which never changes; set that one instead of {want}, or leave it out", "Conflict")
        return {"changed": False, "value": given[name]}
    if former in given:
        if want not in (None, given[former]):
            raise Failed(f"{former} has {space} {given[former]}, which {name} keeps; set that one instead of {want}, or leave it out", "Conflict")
        keep(scope, step["file"], ["reserved", space, former], None)
        return keep(scope, step["file"], ["reserved", space, name], given[former])
    holders = {n: holder for holder, n in given.items() if type(n) is int}

    def fault(n):
        if n in holders:
            return f"{space} {n} is reserved for {holders[n]}"
        owner = name_of(kind, n)
        return None if owner in (str(n), name) else f"{space} {n} belongs to the host's {kind} {owner}"

    if want is None:
        with contextlib.suppress(KeyError):  # prefer the number that the host's account of that name has, if allowed
            own = FIND[kind](name)
            want = own if step["from"] <= own <= step["to"] and not fault(own) else None
    elif fault(want):
        raise Failed(fault(want), "Conflict")
    if want is None:
        want = next((n for n in range(step["from"], step["to"] + 1) if not fault(n)), None)
    if want is None:
        raise Failed(f"every {space} from {step['from']} to {step['to']} is in use")
    return keep(scope, step["file"], ["reserved", space, name], want)


def do_remember(scope, step):
    facts = load(step["file"]).get("facts", {})
    if step["key"] in facts:
        if not isinstance(facts[step["key"]], str):
            raise Failed(f"{step['file']}: this is not what pvesmb wrote")
        return {"changed": False, "value": facts[step["key"]]}
    return keep(scope, step["file"], ["facts", step["key"]], scope.text(step["value"]))
