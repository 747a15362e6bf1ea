"""The quotas of this host: one JSON file each."""
import json
import os

FORMAT = 1


def load(folder):
    """-> {id: entry}, complaints"""
    entries, complaints = {}, []
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        names = []
    for name in names:
        if name.startswith(".") or not name.endswith(".json"):
            continue
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                entry = json.load(file)
            if entry["v"] != FORMAT:
                raise ValueError(f"format {entry['v']} is from a newer pvesmb")
            entries[entry["id"]] = entry
        except FileNotFoundError:
            continue  # removed since the listing
        except (OSError, ValueError, KeyError, TypeError) as error:
            complaints.append(f"{name} is left out: {error!r}")
    return entries, complaints
