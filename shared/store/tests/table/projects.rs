use domain::{Project, Scope};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{ProjectCommitOutcome, ProjectWrite, UpdateOutcome};

use crate::fixtures::{at, audit, demo, given_to, insert_projects, keys_of, project, register, tenant};

fn write(before: Option<u64>, project: &Project) -> ProjectWrite {
    ProjectWrite { before, project: project.clone() }
}

async fn ids_of(embedded: &EmbeddedTable, slug: &str) -> Vec<String> {
    let reader = embedded.table.reader(Scope::Tenant(tenant(slug)));
    reader.projects().await.unwrap().into_iter().map(|project| project.id.to_string()).collect()
}

#[tokio::test]
async fn a_project_is_written_only_on_the_version_it_was_computed_from() {
    let first = project("p1", None);
    let second = given_to(&first, Some("acme"), at(1));
    let rival = given_to(&first, Some("rival"), at(1));
    let conflict = |project: Option<&Project>| ProjectCommitOutcome::Conflict(project.cloned().map(Box::new));
    let cases = [
        ("new", vec![], write(None, &first), ProjectCommitOutcome::Written),
        ("next", vec![&first], write(Some(1), &second), ProjectCommitOutcome::Written),
        ("new, but a project exists", vec![&first], write(None, &rival), conflict(Some(&first))),
        ("stale", vec![&first, &second], write(Some(1), &rival), conflict(Some(&second))),
        ("lost response", vec![&first, &second], write(Some(1), &second), ProjectCommitOutcome::Written),
        ("next, but no project exists", vec![], write(Some(1), &second), conflict(None)),
    ];
    for (case, rows, decided, expected) in cases {
        let embedded = EmbeddedTable::start().await;
        for row in rows {
            let before = row.version.checked_sub(1).filter(|version| *version > 0);
            embedded.table.commit_project(&write(before, row)).await.unwrap();
        }
        let before = embedded.dump().await;
        assert_eq!(embedded.table.commit_project(&decided).await.unwrap(), expected, "{case}");
        let writes = matches!(case, "new" | "next");
        assert_eq!(embedded.dump().await != before, writes, "{case}");
    }
}

#[tokio::test]
async fn the_list_of_projects_contains_nothing_else() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    let gone = Project { deleted_at: Some(at(3)), ..project("p2", None) };
    let all = [project("p1", Some("acme")), gone];
    insert_projects(&embedded.table, &all).await;
    let kind = domain::Kind::from_static("project");
    embedded.table.acquire_sync_lease(&demo(), &kind, "a", at(0), chrono::TimeDelta::minutes(5)).await.unwrap();
    assert_eq!(embedded.table.projects(&demo()).await.unwrap(), all);
    assert_eq!(embedded.table.project(&demo(), &all[0].id).await.unwrap().as_ref(), Some(&all[0]));
}

#[tokio::test]
async fn a_tenants_projects_follow_re_assignment_at_once() {
    let embedded = EmbeddedTable::start().await;
    let mut current = project("p1", Some("acme"));
    insert_projects(&embedded.table, &[current.clone(), project("p2", Some("acme"))]).await;
    for (owner, acme, rival) in
        [(Some("rival"), vec!["p2"], vec!["p1"]), (None, vec!["p2"], vec![]), (Some("acme"), vec!["p1", "p2"], vec![])]
    {
        let next = given_to(&current, owner, at(i64::try_from(current.version).unwrap()));
        let updated =
            embedded.table.update_project(&write(Some(current.version), &next), &audit("give")).await.unwrap();
        assert_eq!(updated, UpdateOutcome::Written);
        assert_eq!((ids_of(&embedded, "acme").await, ids_of(&embedded, "rival").await), (owned(&acme), owned(&rival)));
        current = next;
    }
    assert_eq!(current.tenant_history.len(), 4);
}

#[tokio::test]
async fn a_stale_project_update_is_neither_written_nor_audited() {
    let embedded = EmbeddedTable::start().await;
    let first = project("p1", None);
    insert_projects(&embedded.table, std::slice::from_ref(&first)).await;
    let swept = Project { last_seen_at: at(7), version: 2, ..first.clone() };
    embedded.table.commit_project(&write(Some(1), &swept)).await.unwrap();
    let before = embedded.dump().await;
    let given = given_to(&first, Some("acme"), at(8));
    assert_eq!(
        embedded.table.update_project(&write(Some(1), &given), &audit("give")).await.unwrap(),
        UpdateOutcome::Stale
    );
    assert_eq!(embedded.dump().await, before);
}

#[tokio::test]
async fn a_project_update_and_its_audit_are_written_both_or_neither() {
    for (crash_point, audits) in [(CrashPoint::Before(1), 0), (CrashPoint::After(1), 1)] {
        let embedded = EmbeddedTable::start().await;
        let first = project("p1", None);
        insert_projects(&embedded.table, std::slice::from_ref(&first)).await;
        let (crashing, requests) = embedded.another_process();
        requests.crash_at(crash_point);
        let given = given_to(&first, Some("acme"), at(1));
        crashing.update_project(&write(Some(1), &given), &audit("give")).await.unwrap_err();
        let audited = keys_of(&embedded).await.iter().filter(|key| key.starts_with("AUDIT#")).count();
        assert_eq!((audited, ids_of(&embedded, "acme").await.len()), (audits, audits), "{crash_point:?}");
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
