"""Uses DigitalOcean's own Python client as its documentation describes. The only argument is the URL of the simulator."""

import sys
import time
from urllib.parse import parse_qs, urlparse

from azure.core.exceptions import HttpResponseError
from pydo import Client

# The option of azure-core for a service without TLS; each operation needs it.
PLAIN = {"enforce_https": False}


def every_page(operation, key, *args, **query):
    """Reads all pages by following links.pages.next, as pydo's README does."""
    found, page = [], 1
    while True:
        answer = operation(*args, page=page, **query, **PLAIN)
        found += answer[key]
        following = answer.get("links", {}).get("pages", {}).get("next")
        if following is None:
            assert answer["meta"]["total"] == len(found), (key, answer["meta"], len(found))
            return found
        page = int(parse_qs(urlparse(following).query)["page"][0])


def refused(operation, *args):
    """Returns the status and message of a failing operation. pydo raises an error, except for a 404, whose body it returns."""
    try:
        answer = operation(*args, **PLAIN)
    except HttpResponseError as error:
        return error.status_code, error.message
    return answer["id"], answer["message"]


def write_records(client, zone):
    """Creates, changes and deletes a record."""
    domains = client.domains
    host = {"type": "CNAME", "name": "pydo", "data": "pydo.example.", "ttl": 300}
    made = domains.create_record(zone, body=host, **PLAIN)["domain_record"]
    assert (made["data"], made["ttl"], made["priority"]) == ("pydo.example", 300, None), made
    assert domains.get_record(zone, made["id"], **PLAIN)["domain_record"] == made
    body = {"type": "CNAME", "data": f"{zone}."}
    changed = domains.update_record(zone, made["id"], body=body, **PLAIN)["domain_record"]
    assert changed == made | {"data": "@"}, changed
    patched = domains.patch_record(zone, made["id"], body=body | {"ttl": 60}, **PLAIN)["domain_record"]
    assert patched == changed | {"ttl": 60}, patched
    dotless = refused(lambda **options: domains.create_record(zone, body=host | {"data": "x.example"}, **options))
    assert dotless[0] == 422 and "Data needs to end with a dot (.)" in dotless[1], dotless
    domains.delete_record(zone, made["id"], **PLAIN)
    assert refused(domains.delete_record, zone, made["id"])[0] in (404, "not_found")


def take_snapshot(client, droplet):
    """Creates a snapshot, waits until it is listed, and deletes it."""
    body = {"type": "snapshot", "name": "by pydo"}
    action = client.droplet_actions.post(droplet, body=body, **PLAIN)["action"]
    assert (action["status"], action["completed_at"]) == ("in-progress", None), action
    second = refused(lambda **options: client.droplet_actions.post(droplet, body=body, **options))
    assert second[0] == 422 and "Droplet already has a pending event." in second[1], second
    assert client.droplet_actions.list(droplet, **PLAIN)["actions"][0]["id"] == action["id"]
    while client.actions.get(action["id"], **PLAIN)["action"]["status"] == "in-progress":
        time.sleep(0.05)
    ended = client.droplet_actions.get(droplet, action["id"], **PLAIN)["action"]
    assert ended["status"] == "completed" and ended["completed_at"], ended
    assert every_page(client.actions.list, "actions")[0] == ended

    def made():
        listed = every_page(client.snapshots.list, "snapshots", resource_type="droplet", per_page=5)
        return [snapshot for snapshot in listed if snapshot["name"] == "by pydo"]

    # Lists show the snapshot some time after its action has completed.
    while not made():
        time.sleep(0.05)
    [snapshot] = made()
    assert snapshot["created_at"] == action["started_at"] and snapshot["resource_id"] == str(droplet), snapshot
    of_droplet = every_page(client.droplets.list_snapshots, "snapshots", droplet)
    assert of_droplet[-1]["id"] == int(snapshot["id"]), of_droplet
    client.snapshots.delete(snapshot["id"], **PLAIN)
    assert made() == []
    assert refused(client.snapshots.delete, snapshot["id"])[0] in (404, "not_found")


def check(endpoint):
    client = Client(token="dop_v1_demo_sync", endpoint=endpoint)

    account = client.account.get(**PLAIN)["account"]
    assert account["status"] == "active", account

    # 4 droplets of the seed and 446 generated ones, more than the default and the maximum page size (20 and 200).
    droplets = every_page(client.droplets.list, "droplets")
    assert len({droplet["id"] for droplet in droplets}) == 450, len(droplets)
    assert every_page(client.droplets.list, "droplets", per_page=200) == droplets
    gpus = client.droplets.list(type="gpus", **PLAIN)["droplets"]
    assert [droplet["size_slug"] for droplet in gpus] == ["gpu-h100x1-80gb"], gpus
    named = client.droplets.list(name="MONITOR-01.platform", **PLAIN)["droplets"]
    one = client.droplets.get(named[0]["id"], **PLAIN)["droplet"]
    assert one == named[0], one

    domains = every_page(client.domains.list, "domains", per_page=2)
    assert len(domains) == 7, domains
    made = client.domains.create(body={"name": "pydo.example"}, **PLAIN)["domain"]
    assert made["ttl"] == 1800, made
    client.domains.delete("pydo.example", **PLAIN)

    records = every_page(client.domains.list_records, "domain_records", "bakkerij-jansen.example", per_page=3)
    assert [record["type"] for record in records[:4]] == ["SOA", "NS", "NS", "NS"], records
    texts = client.domains.list_records("bakkerij-jansen.example", type="TXT", **PLAIN)["domain_records"]
    assert texts == [record for record in records if record["type"] == "TXT"] != [], texts
    one = client.domains.get_record("bakkerij-jansen.example", texts[0]["id"], **PLAIN)["domain_record"]
    assert one == texts[0], one
    write_records(client, "bakkerij-jansen.example")
    take_snapshot(client, named[0]["id"])

    for operation, key in [
        (client.cdn.list_endpoints, "endpoints"),
        (client.certificates.list, "certificates"),
        (client.ssh_keys.list, "ssh_keys"),
        (client.spaces_key.list, "keys"),
        (client.uptime.list_checks, "checks"),
        (client.monitoring.list_alert_policy, "policies"),
        (client.tags.list, "tags"),
        (client.reserved_ips.list, "reserved_ips"),
        (client.reserved_ipv6.list, "reserved_ipv6s"),
        (client.firewalls.list, "firewalls"),
        (client.load_balancers.list, "load_balancers"),
        (client.vpcs.list, "vpcs"),
        (client.vpcnatgateways.list, "vpc_nat_gateways"),
    ]:
        assert every_page(operation, key), key

    balance = client.balance.get(**PLAIN)
    assert balance["account_balance"] == "-25.00", balance
    history = client.billing_history.list(**PLAIN)
    assert history["meta"]["total"] == 277 and history["billing_history"][2]["type"] == "Invoice", history
    invoices = every_page(client.invoices.list, "invoices", per_page=100)
    april = next(invoice for invoice in invoices if invoice["invoice_period"] == "2026-04")
    uuid = april["invoice_uuid"]
    assert len(every_page(client.invoices.get_by_uuid, "invoice_items", uuid)) == 33, april
    # The CSV is not tested, because pydo parses it as JSON.
    assert client.invoices.get_summary_by_uuid(uuid, **PLAIN)["amount"] == april["amount"] == "86.92", april

    projects = every_page(client.projects.list, "projects")
    assert [project["name"] for project in projects] == ["Platform", "Bakkerij Jansen", "Alpine Outfitters"], projects
    default = client.projects.get_default(**PLAIN)["project"]
    assert default == projects[0], default
    held = every_page(client.projects.list_resources, "resources", default["id"], per_page=200)
    assert sum(resource["urn"].startswith("do:droplet:") for resource in held) == 447, len(held)

    body = {"name": "pydo", "purpose": "Contract test"}
    project = client.projects.create(body=body, **PLAIN)["project"]
    assert project["purpose"] == "Other: Contract test", project
    urns = {"resources": ["do:domain:noorderlicht-status.example"]}
    moved = client.projects.assign_resources(project["id"], body=urns, **PLAIN)["resources"]
    assert [resource["status"] for resource in moved] == ["assigned"], moved
    client.projects.assign_resources_default(body=urns, **PLAIN)
    changed = client.projects.patch(project["id"], body={"name": "pydo 2"}, **PLAIN)["project"]
    assert changed["name"] == "pydo 2", changed
    client.projects.delete(project["id"], **PLAIN)

    missing = refused(client.droplets.get, 1)
    assert missing[0] in (404, "not_found"), missing
    unauthenticated = Client(token="dop_v1_unknown", endpoint=endpoint)
    unknown = refused(unauthenticated.account.get)
    assert unknown[0] in (401, "unauthorized") and "authenticate" in unknown[1], unknown
    print("ok", missing, unknown)


check(sys.argv[1])
