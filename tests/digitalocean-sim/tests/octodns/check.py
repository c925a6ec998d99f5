"""Lets octoDNS apply zone files to the simulator. The first argument is the URL of the simulator, the second a working directory."""

import io
import json
import logging
import sys
from pathlib import Path

import yaml
from octodns.manager import Manager
from octodns_digitalocean import DigitalOceanClient, DigitalOceanProvider
from requests import HTTPError

# More records than a page has, so that octoDNS has to read several pages.
NUMBERED = {f"host-{n}": {"type": "A", "ttl": 600, "value": f"192.0.2.{n}"} for n in range(1, 41)}

ZONE = NUMBERED | {
    "": [
        {"type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"]},
        {"type": "AAAA", "ttl": 300, "value": "2001:db8::1"},
        {"type": "CAA", "ttl": 3600, "value": {"flags": 0, "tag": "iodef", "value": "mailto:caa@octodns.example"}},
        {
            "type": "MX",
            "ttl": 3600,
            "values": [
                {"preference": 10, "exchange": "octodns.example."},
                {"preference": 20, "exchange": "mail.elsewhere.example."},
            ],
        },
        {"type": "TXT", "ttl": 3600, "values": ["v=spf1 mx -all", "a\\; b"]},
    ],
    "*.apps": {"type": "CNAME", "ttl": 600, "value": "octodns.example."},
    "_sip._tcp": {
        "type": "SRV",
        "ttl": 600,
        "values": [
            {"priority": 0, "weight": 0, "port": 5060, "target": "host-1.octodns.example."},
            {"priority": 10, "weight": 5, "port": 5060, "target": "sip.elsewhere.example."},
        ],
    },
    "_nowhere._tcp": {"type": "SRV", "ttl": 600, "value": {"priority": 0, "weight": 0, "port": 0, "target": "."}},
    "sub": {"type": "NS", "ttl": 600, "values": ["ns1.elsewhere.example.", "ns2.elsewhere.example."]},
    "www": {"type": "CNAME", "ttl": 600, "value": "host-1.octodns.example."},
}


class Zone:
    """A zone whose file octoDNS applies to DigitalOcean, as the command `octodns-sync` does."""

    def __init__(self, directory, name):
        self.file = directory / f"{name}yaml"
        self.config = directory / f"{name}config"
        self.config.write_text(
            yaml.safe_dump(
                {
                    "manager": {
                        "max_workers": 1,
                        "plan_outputs": {"json": {"class": "octodns.provider.plan.PlanJson"}},
                    },
                    "providers": {
                        "file": {
                            "class": "octodns.provider.yaml.YamlProvider",
                            "directory": str(directory),
                            "enforce_order": False,
                        },
                        "digitalocean": {
                            "class": "octodns_digitalocean.DigitalOceanProvider",
                            "token": "dop_v1_demo_sync",
                        },
                    },
                    "zones": {name: {"sources": ["file"], "targets": ["digitalocean"]}},
                }
            )
        )

    def plan(self, records):
        """Returns the changes that octoDNS would make."""
        return self._sync(records, dry_run=True)[1]

    def apply(self, records):
        """Makes the changes and returns their number."""
        made, planned = self._sync(records, dry_run=False)
        assert made == len(planned), (made, planned)
        return made

    def _sync(self, records, dry_run):
        self.file.write_text(yaml.safe_dump(records))
        output = io.StringIO()
        made = Manager(str(self.config)).sync(dry_run=dry_run, force=True, plan_output_fh=output)
        plans = json.loads(output.getvalue()).get("digitalocean", {})
        return made, [change for plan in plans.values() for change in plan["changes"]]


def check(endpoint, directory):
    # Only the base URL differs from the use with DigitalOcean.
    DigitalOceanClient.BASE = f"{endpoint}/v2"
    logging.disable(logging.CRITICAL)

    zone = Zone(directory, "octodns.example.")
    wanted = sum(len(records) if isinstance(records, list) else 1 for records in ZONE.values())
    assert len(zone.plan(ZONE)) == wanted > 40, zone.plan(ZONE)
    assert zone.apply(ZONE) == wanted
    assert zone.plan(ZONE) == [], "after the first run nothing is left to change"

    changed = dict(ZONE)
    changed["host-7"] = {"type": "A", "ttl": 900, "values": ["192.0.2.7", "192.0.2.107"]}
    changed["host-8"] = {"type": "CNAME", "ttl": 600, "value": "host-7.octodns.example."}
    changed["www"] = {"type": "CNAME", "ttl": 60, "value": "host-1.octodns.example."}
    del changed["host-40"], changed["sub"]
    # The new type of host-8 counts as one deletion and one creation.
    planned = sorted(change["type"] for change in zone.plan(changed))
    assert planned == ["create", "delete", "delete", "delete", "update", "update"], zone.plan(changed)
    assert zone.apply(changed) == 6
    assert zone.plan(changed) == [], "after the second run nothing is left to change"

    records = {}
    for record in DigitalOceanProvider("there", "dop_v1_demo_sync")._client.records("octodns.example"):
        records.setdefault((record["name"], record["type"]), []).append((record["data"], record["ttl"]))
    assert sorted(records["host-7", "A"]) == [("192.0.2.107", 900), ("192.0.2.7", 900)], records
    assert records["www", "CNAME"] == [("host-1.octodns.example", 60)], records
    assert ("host-40", "A") not in records and ("sub", "NS") not in records, records

    # octodns/octodns#692 and #1383: DigitalOcean requires a dot at the end of a CAA record's host and does not show it, so octoDNS
    # plans a change at every run.
    caa = Zone(directory, "octodns-caa.example.")
    issue = {"": {"type": "CAA", "value": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}}}
    try:
        raise AssertionError(caa.apply(issue))
    except HTTPError as error:
        assert error.response.status_code == 422, error
        assert error.response.json()["message"] == "Data needs to end with a dot (.)", error.response.text
    issue[""]["value"]["value"] += "."
    assert caa.apply(issue) == 1
    assert len(caa.plan(issue)) == 1
    print("ok")


check(sys.argv[1], Path(sys.argv[2]))
