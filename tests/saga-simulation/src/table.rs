//! The table of the simulation, with the conditions of the DynamoDB table.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use sagas::ports::{
    CommitResult, DueSaga, LeaseRequest, LeaseResult, PreImage, Reschedule, StartResult, Terminal, Transition,
};
use sagas::record::{LedgerEntry, LockCondition, LockTarget, SagaId, SagaRecord, SagaStatus, Start};

#[derive(Debug, Clone)]
struct Lock {
    saga: Option<SagaId>,
    last: SagaId,
    released_at: Option<DateTime<Utc>>,
}

/// The items of the table, and the invariants that writes have violated.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) records: BTreeMap<SagaId, SagaRecord>,
    pub(super) ledgers: BTreeMap<SagaId, Vec<LedgerEntry>>,
    pub(super) pre_images: BTreeMap<(SagaId, usize), PreImage>,
    pub(super) terminals: BTreeMap<SagaId, Terminal>,
    locks: BTreeMap<LockTarget, Lock>,
    keys: BTreeMap<(String, String), (SagaId, String, DateTime<Utc>)>,
    pub(super) reschedules: usize,
    pub(super) violations: Vec<String>,
}

impl Table {
    pub(super) fn start(&mut self, start: &Start, now: DateTime<Utc>) -> StartResult {
        let metadata = &start.record.metadata;
        let key =
            start.idempotency.as_ref().map(|requested| (requested, (requested.scope.clone(), requested.key.clone())));
        if let Some((requested, key)) = &key
            && let Some((saga, body, expires_at)) = self.keys.get(key)
            && now < *expires_at
        {
            return match saga {
                // The response to the first request was lost.
                saga if *saga == metadata.id => StartResult::New,
                saga if *body == requested.body_hash => StartResult::Same(*saga),
                _ => StartResult::Conflict,
            };
        }
        if let Some(known) = self.records.get(&metadata.id) {
            assert_eq!(known.metadata, *metadata, "a saga is started only once");
            return StartResult::New;
        }
        if let Some((requested, key)) = key {
            self.keys.insert(key, (metadata.id, requested.body_hash.clone(), requested.expires_at));
        }
        self.records.insert(metadata.id, start.record.clone());
        self.ledgers.insert(metadata.id, vec![start.entry.clone()]);
        StartResult::New
    }

    pub(super) fn acquire(&mut self, lease: &LeaseRequest) -> LeaseResult {
        let Some(record) = self.records.get_mut(&lease.saga) else { return LeaseResult::Unknown };
        if !record.is_free_at(lease.now, lease.skew) || !lease.phase.statuses().contains(&record.status()) {
            return LeaseResult::Refused(Box::new(record.clone()));
        }
        record.scheduling.lease_owner = Some(lease.owner.clone());
        record.scheduling.lease_until = Some(lease.until);
        record.scheduling.fence += 1;
        record.scheduling.takeovers += 1;
        LeaseResult::Granted(Box::new(record.clone()))
    }

    pub(super) fn commit(&mut self, transition: &Transition) -> CommitResult {
        let saga = transition.saga;
        let record = self.records[&saga].clone();
        if !transition.holds_of(&record) {
            return CommitResult::Refused(Box::new(record));
        }
        let refused = transition.take.iter().find(|(target, how)| !self.is_free(target, *how, saga));
        if let Some((target, _)) = refused {
            return CommitResult::Locked(target.clone());
        }
        let ledger = self.ledgers.entry(saga).or_default();
        if ledger.iter().any(|entry| entry.rev == transition.entry.rev) {
            self.violations.push(format!("I2: entry {} was written twice", transition.entry.rev));
        }
        ledger.push(transition.entry.clone());
        for (target, _) in &transition.take {
            let released_at = self.locks.get(target).and_then(|lock| lock.released_at);
            self.locks.insert(target.clone(), Lock { saga: Some(saga), last: saga, released_at });
        }
        for target in &transition.release {
            if let Some(lock) = self.locks.get_mut(target).filter(|lock| lock.saga == Some(saga)) {
                (lock.saga, lock.released_at) = (None, Some(transition.entry.at));
            }
        }
        if let Some(pre_image) = &transition.pre_image {
            assert!(
                self.pre_images.insert((saga, pre_image.step), pre_image.clone()).is_none(),
                "a pre-image is written only once"
            );
        }
        if let Some(terminal) = &transition.terminal
            && self.terminals.insert(saga, terminal.clone()).is_some()
        {
            self.violations.push("I1: the saga ended twice".to_owned());
        }
        let after = transition.on(&record);
        self.check(transition, &record, &after);
        self.records.insert(saga, after);
        CommitResult::Written
    }

    /// Writes a change whatever revision the record has. Only a mutant does so.
    #[cfg(test)]
    pub(super) fn commit_to_any_revision(&mut self, transition: &Transition) -> CommitResult {
        let mut transition = transition.clone();
        let record = &self.records[&transition.saga];
        (transition.precondition.rev, transition.precondition.status) = (record.state.rev, record.status());
        self.commit(&transition)
    }

    fn is_free(&self, target: &LockTarget, how: LockCondition, saga: SagaId) -> bool {
        match (self.locks.get(target), how) {
            (None, _) => true,
            (Some(lock), LockCondition::Free { released_before }) => match lock.saga {
                Some(holder) => holder == saga,
                None => lock.last == saga || lock.released_at.is_none_or(|at| at <= released_before),
            },
            (Some(lock), LockCondition::Untouched) => lock.last == saga,
        }
    }

    /// Checks the invariants of every change.
    fn check(&mut self, transition: &Transition, before: &SagaRecord, after: &SagaRecord) {
        let mut violation = |what: String| self.violations.push(what);
        if let Some(fence) = transition.entry.actor.fence()
            && fence != before.scheduling.fence
        {
            violation(format!(
                "I6: entry {} was written with fencing token {fence}, not {}",
                transition.entry.rev, before.scheduling.fence
            ));
        }
        if before.status().is_terminal() && after.status() != before.status() {
            violation(format!("I1: {:?} became {:?}", before.status(), after.status()));
        }
        if after.status().is_active() && after.scheduling.next_due.is_none() {
            violation(format!(
                "I11: entry {} leaves the saga {:?} and never due",
                transition.entry.rev,
                after.status()
            ));
        }
        if after.status() == SagaStatus::Stuck
            && after.state.progress.stuck.as_ref().is_none_or(|stuck| stuck.runbook.is_empty())
        {
            violation("I15: stuck without a runbook".to_owned());
        }
        let holds = |target| self.locks.get(target).is_some_and(|lock| lock.saga == Some(transition.saga));
        if after.state.progress.locked && !after.metadata.definition.locks.iter().all(holds) {
            violation(format!("I11: entry {} leaves the saga without a lock that it needs", transition.entry.rev));
        }
        let post_check = after.state.progress.post_check.as_ref().is_some_and(|post_check| post_check.locked);
        if after.status().is_terminal()
            && !post_check
            && self.locks.values().any(|lock| lock.saga == Some(transition.saga))
        {
            self.violations.push("I11: the saga ended and holds a lock".to_owned());
        }
    }

    pub(super) fn reschedule(&mut self, reschedule: &Reschedule) -> CommitResult {
        let Some(record) = self.records.get_mut(&reschedule.saga) else {
            panic!("the saga {} does not exist", reschedule.saga)
        };
        if record.scheduling.fence != reschedule.fence || record.state.rev != reschedule.rev {
            return CommitResult::Refused(Box::new(record.clone()));
        }
        self.reschedules += 1;
        let scheduling = &mut record.scheduling;
        (scheduling.next_due, scheduling.polls, scheduling.denied, scheduling.takeovers) =
            (Some(reschedule.next_due), reschedule.polls, reschedule.denied, 0);
        (scheduling.lease_owner, scheduling.lease_until) = (None, None);
        CommitResult::Written
    }

    pub(super) fn due(&self, before: DateTime<Utc>, limit: usize) -> Vec<DueSaga> {
        let mut due: Vec<DueSaga> = self
            .records
            .values()
            .filter_map(|record| {
                let next_due = record.scheduling.next_due.filter(|due| *due <= before)?;
                let (saga, status, rev) = (record.metadata.id, record.status(), record.state.rev);
                Some(DueSaga { saga, status, rev, next_due, updated_at: record.state.updated_at })
            })
            .collect();
        due.sort_by_key(|due| due.next_due);
        due.truncate(limit);
        due
    }

    /// Returns whether the ledger has an intent for this operation under this fencing token.
    #[cfg(test)]
    pub(super) fn has_intent(&self, saga: &SagaId, op_hash: &str, fence: u64) -> bool {
        self.ledgers[saga].iter().any(|entry| {
            entry.kind == sagas::record::EntryKind::Intended
                && entry.op_hash.as_deref() == Some(op_hash)
                && entry.actor.fence() == Some(fence)
        })
    }
}
