import { nameChanges, namesOf } from "./names";

test("the own name comes first, and each stands once", () => {
    expect(namesOf({ computerName: "FILES", domain: "ad.example.com" }, ["Archive.ad.example.com", "files.AD.example.com"])).toEqual([
        "files.ad.example.com",
        "archive.ad.example.com",
    ]);
});

test("names are compared without case; only those of an earlier run are taken away", () => {
    const found = ["HOST/FILES", "host/ARCHIVE.ad.example.com", "HOST/old.ad.example.com", "HOST/by-hand.ad.example.com"];
    expect(nameChanges(found, ["archive.ad.example.com", "new.ad.example.com"], ["old.ad.example.com", "archive.ad.example.com"])).toEqual({
        add: ["HOST/new.ad.example.com"],
        remove: ["HOST/old.ad.example.com"],
    });
    expect(nameChanges(found)).toEqual({ add: [], remove: [] });
});
