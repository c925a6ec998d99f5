//! A fixture of two tenants who share an account, reuse each other's ids and received each other's
//! projects. Every name contains the owner.

use chrono::{DateTime, Utc};
use domain::{
    AccountStatus, Attribution, Change, EventType, Interval, Kind, Parent, Project, ProjectId, ProviderId, Resource,
    SweepStatus, TenantId, begin_interval,
};
use inventory::workers::PROJECT;
use serde_json::json;
use store::{ProjectWrite, ResourceWrite, Table};

use crate::app::{App, Who, time};
use crate::billing::bills;
use crate::sagas::started;
use crate::seed;

/// The two tenants. Names of items without an owner contain `unowned`.
pub(crate) const TENANTS: [&str; 2] = ["alpha", "omega"];

/// An item of the fixture with its owner.
pub(crate) struct OwnedItem {
    pub(crate) account: String,
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) owner: Option<&'static str>,
}

/// The items of both tenants and those without an owner.
#[derive(Default)]
pub(crate) struct TwoTenantFixture {
    pub(crate) resources: Vec<OwnedItem>,
    pub(crate) projects: Vec<OwnedItem>,
    /// The invoices of the accounts, which belong to no tenant.
    pub(crate) invoices: Vec<OwnedItem>,
    pub(crate) sagas: Vec<OwnedItem>,
}

/// The other one of the two tenants.
pub(crate) fn other_tenant(own: &str) -> &'static str {
    if own == TENANTS[0] { TENANTS[1] } else { TENANTS[0] }
}

/// A full hour on the morning of the day of all tests.
fn at(hour: u32) -> DateTime<Utc> {
    time(&format!("2026-04-12T{hour:02}:00:00Z"))
}

fn project(id: impl Into<String>) -> ProjectId {
    ProjectId::new(id.into()).unwrap()
}

/// Writes the next version of a resource under a name, with an event at this hour.
async fn write_change(
    table: &Table,
    row: &Resource,
    name: &str,
    event_type: EventType,
    hour: u32,
    changes: Vec<Change>,
) {
    let mut next = Resource { version: row.version + 1, ..row.clone() };
    next.facts.name = format!("{name}-name");
    next.facts.tags = vec![format!("{name}-tag")];
    let events = vec![domain::ResourceEvent { at: at(hour), ..seed::event(&next, event_type, changes) }];
    table.commit_resource(&ResourceWrite { before: Some(row.version), row: next, events }).await.unwrap();
}

/// Writes a resource that was first seen at six in the morning, under a name.
async fn found(table: &Table, mut row: Resource, name: &str) -> Resource {
    row.facts.name = format!("{name}-name");
    row.facts.tags = vec![format!("{name}-tag")];
    row.first_seen_at = at(6);
    seed::insert(table, row).await
}

/// Creates all items of the fixture.
pub(crate) async fn fixture(app: &App) -> TwoTenantFixture {
    let table = &app.table.table;
    let mut fixture = TwoTenantFixture::default();
    seed::account(table, "main", AccountStatus::Enabled).await;
    seed::project(table, "main", "unowned-project", None).await;
    fixture.project("main", "unowned-project", None);
    for own in TENANTS {
        seed::account(table, &format!("{own}-account"), AccountStatus::Enabled).await;
        seed::project(table, "main", &format!("{own}-project"), Some(own)).await;
        fixture.project("main", format!("{own}-project"), Some(own));
        seed::project(table, &format!("{own}-account"), &format!("{own}-project-2"), Some(own)).await;
        fixture.project(&format!("{own}-account"), format!("{own}-project-2"), Some(own));
    }
    for (number, own) in TENANTS.into_iter().enumerate() {
        fixture.own(table, own).await;
        fixture.received_from_other_tenant(app, own, number).await;
    }
    for (id, project) in [("unowned-1", Some("unowned-project")), ("unowned-2", None)] {
        found(table, seed::row("main", "droplet", id, project), "unowned").await;
        fixture.resource("main", "droplet", id, None);
    }
    fixture.start_sagas(app).await;
    for account in ["main", "alpha-account", "omega-account"] {
        for uuid in bills::insert_all(table, account).await {
            fixture.invoices.push(OwnedItem { account: account.to_owned(), kind: "invoice", id: uuid, owner: None });
        }
        for kind in ["droplet", "dns_zone", "dns_record", "floating_ip", "volume"] {
            seed::sweep(table, account, kind, SweepStatus::Complete, at(11)).await;
        }
        seed::sweep_leaving(table, account, PROJECT.as_str(), SweepStatus::Complete, at(11), |finish| {
            finish.urn_kinds = Some([Kind::from_static("spaces_bucket")].into());
        })
        .await;
    }
    fixture
}

impl TwoTenantFixture {
    fn resource(&mut self, account: &str, kind: &'static str, id: impl Into<String>, owner: Option<&'static str>) {
        self.resources.push(OwnedItem { account: account.to_owned(), kind, id: id.into(), owner });
    }

    fn project(&mut self, account: &str, id: impl Into<String>, owner: Option<&'static str>) {
        self.projects.push(OwnedItem { account: account.to_owned(), kind: "project", id: id.into(), owner });
    }

    /// Starts sagas on one tenant's and unowned zones, on both tenants' zones, and on unowned zones
    /// only. All are rolled back.
    async fn start_sagas(&mut self, app: &App) {
        let zone = |whose: &str| format!("{whose}.example");
        for whose in [TENANTS[0], TENANTS[1], "unowned"] {
            app.digitalocean.record(&zone(whose), "TXT", "www", &format!("{whose}-record"), 1800);
        }
        let upsert = |whose: &str, name: &str| {
            json!({ "step": "upsert_dns_record", "inputs": {
                "dns_domain": zone(whose), "dns_record_type": "TXT", "dns_record_name": name, "dns_record_data": format!("{whose}-data")
            } })
        };
        for number in 0..3 {
            for (place, (whose, owner)) in [
                ([TENANTS[0], "unowned"], Some(TENANTS[0])),
                ([TENANTS[1], "unowned"], Some(TENANTS[1])),
                (TENANTS, None),
                (["unowned", "unowned"], None),
            ]
            .into_iter()
            .enumerate()
            {
                // Each saga uses a name of its own, because a lock has a cool-down before the next
                // saga may acquire it.
                let name = format!("n{number}-{place}");
                let mut steps: Vec<_> = whose.iter().map(|whose| upsert(whose, &name)).collect();
                steps.push(json!({ "step": "gate", "inputs": { "question": "may the unowned zone change?" } }));
                let id = started(app, "main", json!(steps)).await;
                app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
                let denied = app
                    .post(
                        Who::Admin,
                        &format!("/sagas/{id}/deny"),
                        json!({ "reason": "the unowned zone must not change" }),
                    )
                    .await;
                assert_eq!(denied.status, 200, "{}", denied.text);
                app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
                self.sagas.push(OwnedItem { account: "main".to_owned(), kind: "saga", id, owner });
            }
        }
    }

    /// Creates the items that belong to their owner from the beginning.
    async fn own(&mut self, table: &Table, own: &'static str) {
        let (of_main, other_account) = (format!("{own}-project"), format!("{own}-account"));
        let mut droplet = seed::row("main", "droplet", &format!("{own}-droplet"), Some(&of_main));
        droplet.facts.status = Some("off".to_owned());
        let droplet = found(table, droplet, own).await;
        let change = seed::change("status", json!("active"), json!("off"));
        write_change(table, &droplet, own, EventType::Updated, 10, vec![change]).await;
        let zone = format!("{own}.example");
        let mut record = seed::row("main", "dns_record", &format!("{own}-record"), Some(&of_main));
        record.attribution = Some(Attribution::Inherited);
        record.facts.parent =
            Some(Parent { kind: Kind::from_static("dns_zone"), provider_id: ProviderId::new(zone.as_str()).unwrap() });
        let gone = found(table, seed::row("main", "droplet", &format!("{own}-gone"), Some(&of_main)), own).await;
        write_change(table, &Resource { deleted_at: Some(at(10)), ..gone }, own, EventType::Deleted, 10, Vec::new())
            .await;
        let rows = [
            seed::row("main", "dns_zone", &zone, Some(&of_main)),
            record,
            seed::row("main", "spaces_bucket", &format!("{own}-bucket"), Some(&of_main)),
            seed::row(&other_account, "droplet", &format!("{own}-droplet-2"), Some(&format!("{own}-project-2"))),
        ];
        for row in rows {
            found(table, row, own).await;
        }
        self.resource("main", "droplet", format!("{own}-droplet"), Some(own));
        self.resource("main", "droplet", format!("{own}-gone"), Some(own));
        self.resource("main", "dns_zone", zone, Some(own));
        self.resource("main", "dns_record", format!("{own}-record"), Some(own));
        self.resource("main", "spaces_bucket", format!("{own}-bucket"), Some(own));
        self.resource(&other_account, "droplet", format!("{own}-droplet-2"), Some(own));
    }

    /// Creates items that belonged to the other tenant in the morning, under that tenant's name,
    /// and to their owner later.
    async fn received_from_other_tenant(&mut self, app: &App, own: &'static str, number: usize) {
        let table = &app.table.table;
        let other = other_tenant(own);
        let (own_project, others_project) = (format!("{own}-project"), format!("{other}-project"));

        // The droplet moved from the other tenant's project.
        let id = format!("400{number}");
        let mut moved = found(table, seed::row("main", "droplet", &id, Some(&others_project)), other).await;
        begin_interval(&mut moved.project_history, project(own_project.as_str()), at(9));
        moved.project_id = Some(project(own_project.as_str()));
        let change = seed::change("project_id", json!(others_project), json!(own_project));
        write_change(table, &moved, own, EventType::Updated, 9, vec![change]).await;
        self.resource("main", "droplet", id, Some(own));

        // An operator claimed the volume, which is still in the other tenant's project.
        let id = format!("500{number}");
        let claimed = found(table, seed::row("main", "volume", &id, Some(&others_project)), other).await;
        let path = format!("/inventory/resources/main/volume/{id}");
        let answer = app.patch(Who::Admin, &path, json!({ "tenant_id": own })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let claimed = table.resource(&claimed.key).await.unwrap().unwrap();
        let change = seed::change("project_id", json!(others_project), json!(others_project));
        write_change(table, &claimed, own, EventType::Updated, 13, vec![change]).await;
        self.resource("main", "volume", id, Some(own));

        // The other tenant used the ids before. For the address, DigitalOcean reports an assignment
        // time before the mirror saw the change of owner.
        let reused = [
            ("floating_ip", format!("192.0.2.{number}"), at(5)),
            ("dns_zone", format!("reused-{number}.example"), at(9)),
        ];
        for (kind, id, from) in reused {
            let former = found(table, seed::row("main", kind, &id, Some(&others_project)), other).await;
            let gone = Resource { deleted_at: Some(at(8)), ..former };
            write_change(table, &gone, other, EventType::Deleted, 8, Vec::new()).await;
            let history = vec![Interval { value: project(own_project.as_str()), from, until: None }];
            let mut bearer = seed::row("main", kind, &id, Some(&own_project));
            (bearer.version, bearer.incarnation, bearer.project_history, bearer.first_seen_at) = (2, 2, history, at(9));
            write_change(table, &bearer, own, EventType::Discovered, 9, Vec::new()).await;
            self.resource("main", kind, id, Some(own));
        }

        // The project belonged to the other tenant, with one droplet that still exists and one that
        // was deleted before the change of owner.
        let id = format!("handed-{number}");
        seed::project(table, "main", &id, Some(other)).await;
        for (id, deleted_at) in [(format!("600{number}"), None), (format!("700{number}"), Some(at(8)))] {
            let row = found(table, seed::row("main", "droplet", &id, Some(&format!("handed-{number}"))), other).await;
            match deleted_at {
                None => write_change(table, &row, own, EventType::Updated, 10, Vec::new()).await,
                Some(_) => {
                    write_change(table, &Resource { deleted_at, ..row }, other, EventType::Deleted, 8, Vec::new())
                        .await;
                }
            }
            self.resource("main", "droplet", id, Some(own).filter(|_| deleted_at.is_none()));
        }
        let given = table.project(&seed::account_id("main"), &project(id.as_str())).await.unwrap().unwrap();
        let mut given = Project { tenant_id: Some(TenantId::new(own).unwrap()), version: 2, ..given };
        given.facts.name = format!("{own}-handed");
        begin_interval(&mut given.tenant_history, given.tenant_id.clone(), at(9));
        table.commit_project(&ProjectWrite { before: Some(1), project: given }).await.unwrap();
        self.project("main", id, Some(own));
    }
}
