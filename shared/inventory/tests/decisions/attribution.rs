//! The attribution of resources, decided on hand-made evidence.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, Attribution, Kind, Parent, ProjectId, ProviderId, ResourceKey};
use inventory::kind::OrphanPolicy;
use inventory::projects::Membership;
use inventory::projects::attribution::{AttributionSource, Evidence, attribute};
use store::IndexedResource;

const DROPLET: &str = "droplet";
const BACKUP: &str = "droplet_backup";
const ZONE: &str = "dns_zone";

fn key(kind: &'static str, id: &str) -> ResourceKey {
    let account = AccountId::new("demo").unwrap();
    ResourceKey { account, kind: Kind::from_static(kind), provider_id: ProviderId::new(id).unwrap() }
}

fn project(id: &str) -> ProjectId {
    ProjectId::new(id).unwrap()
}

/// Creates the index entry of a resource: its project with the reason, and its parent.
fn known(place: Option<(&str, Attribution)>, parent: Option<(&'static str, &str)>) -> IndexedResource {
    let parent =
        parent.map(|(kind, id)| Parent { kind: Kind::from_static(kind), provider_id: ProviderId::new(id).unwrap() });
    let project_id = place.map(|(id, _)| project(id));
    IndexedResource {
        project_id,
        attribution: place.map(|(_, attribution)| attribution),
        parent,
        ..IndexedResource::default()
    }
}

/// The evidence of one test case.
#[derive(Default)]
struct Scenario {
    known: BTreeMap<ResourceKey, IndexedResource>,
    members: BTreeMap<ResourceKey, Membership>,
    internal: Option<ProjectId>,
    fully_listed: BTreeMap<Kind, OrphanPolicy>,
}

impl Scenario {
    fn new() -> Self {
        let fully_listed = [
            (Kind::from_static(DROPLET), OrphanPolicy::AssignToInternal),
            (Kind::from_static(BACKUP), OrphanPolicy::AssignToInternal),
            (Kind::from_static(ZONE), OrphanPolicy::LeaveUnattributed),
        ];
        Self { internal: Some(project("own")), fully_listed: fully_listed.into(), ..Self::default() }
    }

    fn with(mut self, kind: &'static str, id: &str, known: IndexedResource) -> Self {
        self.known.insert(key(kind, id), known);
        self
    }

    fn listed(mut self, kind: &'static str, id: &str, in_project: &str) -> Self {
        let membership = Membership { project: project(in_project), since: None, self_url: None };
        self.members.insert(key(kind, id), membership);
        self
    }

    /// Returns the moves as text.
    fn moves(&self) -> Vec<String> {
        let projects: BTreeSet<ProjectId> = ["a", "b", "own"].map(project).into();
        let evidence = Evidence {
            known: &self.known,
            members: &self.members,
            projects: &projects,
            internal: self.internal.as_ref(),
            fully_listed: &self.fully_listed,
        };
        let describe = |(key, place): (ResourceKey, AttributionSource)| {
            let place = match place {
                AttributionSource::Member(membership) => format!("member of {}", membership.project),
                AttributionSource::WithParent(parent, project) => format!("in {project} with {}", parent.provider_id),
                AttributionSource::Named(project) => format!("in {project} as it names"),
                AttributionSource::WithFormerParent(parent) => {
                    format!("in the former project of {}", parent.provider_id)
                }
                AttributionSource::Internal(project) => format!("internal, in {project}"),
            };
            format!("{}: {place}", key.provider_id)
        };
        attribute(&evidence).into_iter().map(describe).collect()
    }
}

/// A test case: the resource's project with the reason, the project that lists it, and the expected
/// moves.
type Case = (Option<(&'static str, Attribution)>, Option<&'static str>, &'static [&'static str]);

#[test]
fn members_are_in_the_project_that_lists_them_and_a_missing_list_moves_nothing() {
    use Attribution::{Claimed, Inherited, Internal, Member};
    let cases: [Case; 9] = [
        (None, Some("a"), &["1: member of a"]),
        (Some(("a", Member)), Some("a"), &[]),
        (Some(("a", Member)), Some("b"), &["1: member of b"]),
        // In no list: the resource is being moved, or is not visible to this token.
        (Some(("a", Member)), None, &[]),
        // The project of the member is deleted.
        (Some(("gone", Member)), None, &["1: internal, in own"]),
        (Some(("a", Claimed)), Some("b"), &[]),
        (Some(("own", Internal)), Some("b"), &["1: member of b"]),
        (Some(("a", Inherited)), Some("a"), &["1: member of a"]),
        (None, None, &["1: internal, in own"]),
    ];
    for (place, listed, expected) in cases {
        let mut scenario = Scenario::new().with(DROPLET, "1", known(place, None));
        if let Some(listed) = listed {
            scenario = scenario.listed(DROPLET, "1", listed);
        }
        assert_eq!(scenario.moves(), expected, "{place:?} listed in {listed:?}");
    }
}

#[test]
fn orphans_are_attributed_only_if_their_kind_is_fully_listed() {
    let orphan = |kind| Scenario::new().with(kind, "1", known(None, None));
    assert_eq!(orphan(DROPLET).moves(), ["1: internal, in own"]);
    assert!(orphan(ZONE).moves().is_empty());
    assert!(orphan("snapshot").moves().is_empty(), "its kind is not fully listed");
    // Not every project's list was read, or there is no internal project.
    assert!(Scenario { internal: None, ..orphan(DROPLET) }.moves().is_empty());
}

#[test]
fn children_follow_their_parent() {
    use Attribution::{Claimed, Inherited, Member};
    let backup = |place| known(place, Some((DROPLET, "1")));
    let cases: [(&str, Scenario, &[&str]); 7] = [
        (
            "a parent that is listed",
            Scenario::new()
                .with(DROPLET, "1", known(None, None))
                .with(BACKUP, "2", backup(None))
                .listed(DROPLET, "1", "a"),
            &["1: member of a", "2: in a with 1"],
        ),
        (
            "a parent that moved",
            Scenario::new()
                .with(DROPLET, "1", known(Some(("a", Member)), None))
                .with(BACKUP, "2", backup(Some(("a", Inherited))))
                .listed(DROPLET, "1", "b"),
            &["1: member of b", "2: in b with 1"],
        ),
        (
            "a parent that an operator claimed",
            Scenario::new().with(DROPLET, "1", known(Some(("b", Claimed)), None)).with(
                BACKUP,
                "2",
                backup(Some(("a", Inherited))),
            ),
            &["2: in b with 1"],
        ),
        ("a parent that is gone", Scenario::new().with(BACKUP, "2", backup(None)), &["2: in the former project of 1"]),
        ("a parent that was deleted long ago", Scenario::new().with(BACKUP, "2", backup(Some(("a", Inherited)))), &[]),
        (
            "a parent that is the company's own",
            Scenario::new().with(DROPLET, "1", known(None, None)).with(BACKUP, "2", backup(None)),
            &["1: internal, in own", "2: in own with 1"],
        ),
        (
            "a project that lists the child itself",
            Scenario::new()
                .with(DROPLET, "1", known(Some(("a", Member)), None))
                .with(BACKUP, "2", backup(Some(("a", Inherited))))
                .listed(BACKUP, "2", "b"),
            &["2: member of b"],
        ),
    ];
    for (case, scenario, expected) in cases {
        assert_eq!(scenario.moves(), expected, "{case}");
    }
}

#[test]
fn a_resource_that_names_a_project_is_in_it_unless_it_is_deleted() {
    use Attribution::{Claimed, Inherited};
    let names = |place, project| Scenario::new().with("autoscale_pool", "1", known(place, Some(("project", project))));
    assert_eq!(names(None, "a").moves(), ["1: in a as it names"]);
    assert!(names(Some(("a", Inherited)), "a").moves().is_empty());
    assert_eq!(names(Some(("a", Inherited)), "b").moves(), ["1: in b as it names"]);
    assert!(names(Some(("b", Claimed)), "a").moves().is_empty());
    assert!(names(None, "gone").moves().is_empty());
}

#[test]
fn a_cycle_of_parents_terminates() {
    let scenario = Scenario::new().with(DROPLET, "1", known(None, Some((BACKUP, "2")))).with(
        BACKUP,
        "2",
        known(None, Some((DROPLET, "1"))),
    );
    assert!(scenario.moves().len() <= 2, "and attribution terminates");
}
