//! The table, with the conditions of DynamoDB.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::record::{Entry, Head, LockTarget, SagaId, SagaStatus, Start, Take};
use crate::rim::{Acquired, Committed, Due, Lease, PreImage, Started, Terminal, Tick, Transition};

#[derive(Debug, Clone)]
struct Lock {
    saga: Option<SagaId>,
    last: SagaId,
    given_back: Option<DateTime<Utc>>,
}

/// The table, and what was found wrong with what was written to it.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) heads: BTreeMap<SagaId, Head>,
    pub(super) ledgers: BTreeMap<SagaId, Vec<Entry>>,
    pub(super) pres: BTreeMap<(SagaId, usize), PreImage>,
    pub(super) terminals: BTreeMap<SagaId, Terminal>,
    locks: BTreeMap<LockTarget, Lock>,
    keys: BTreeMap<(String, String), (SagaId, String, DateTime<Utc>)>,
    pub(super) ticks: usize,
    pub(super) violations: Vec<String>,
}

impl Table {
    pub(super) fn start(&mut self, start: &Start, now: DateTime<Utc>) -> Started {
        let about = &start.head.about;
        let key = start.idempotency.as_ref().map(|asked| (asked, (asked.scope.clone(), asked.key.clone())));
        if let Some((asked, key)) = &key
            && let Some((saga, body, expires_at)) = self.keys.get(key)
            && now < *expires_at
        {
            return match saga {
                // The answer to the first request was lost.
                saga if *saga == about.id => Started::New,
                saga if *body == asked.body_hash => Started::Same(*saga),
                _ => Started::Conflict,
            };
        }
        if let Some(known) = self.heads.get(&about.id) {
            assert_eq!(known.about, *about, "a saga is put only if there is none");
            return Started::New;
        }
        if let Some((asked, key)) = key {
            self.keys.insert(key, (about.id, asked.body_hash.clone(), asked.expires_at));
        }
        self.heads.insert(about.id, start.head.clone());
        self.ledgers.insert(about.id, vec![start.entry.clone()]);
        Started::New
    }

    pub(super) fn acquire(&mut self, lease: &Lease) -> Acquired {
        let Some(head) = self.heads.get_mut(&lease.saga) else { return Acquired::Unknown };
        if !head.is_free_at(lease.now, lease.skew) || !lease.lane.statuses().contains(&head.status()) {
            return Acquired::Refused(Box::new(head.clone()));
        }
        head.drive.lease_owner = Some(lease.owner.clone());
        head.drive.lease_until = Some(lease.until);
        head.drive.fence += 1;
        head.drive.takeovers += 1;
        Acquired::Granted(Box::new(head.clone()))
    }

    pub(super) fn commit(&mut self, transition: &Transition) -> Committed {
        let saga = transition.saga;
        let head = self.heads[&saga].clone();
        if !transition.holds_of(&head) {
            return Committed::Refused(Box::new(head));
        }
        let refused = transition.take.iter().find(|(target, how)| !self.is_free(target, *how, saga));
        if let Some((target, _)) = refused {
            return Committed::Locked(target.clone());
        }
        let ledger = self.ledgers.entry(saga).or_default();
        assert!(ledger.iter().all(|entry| entry.rev != transition.entry.rev), "an entry is put only if there is none");
        ledger.push(transition.entry.clone());
        for (target, _) in &transition.take {
            let given_back = self.locks.get(target).and_then(|lock| lock.given_back);
            self.locks.insert(target.clone(), Lock { saga: Some(saga), last: saga, given_back });
        }
        for target in &transition.release {
            if let Some(lock) = self.locks.get_mut(target).filter(|lock| lock.saga == Some(saga)) {
                (lock.saga, lock.given_back) = (None, Some(transition.entry.at));
            }
        }
        if let Some(pre) = &transition.pre {
            assert!(
                self.pres.insert((saga, pre.step), pre.clone()).is_none(),
                "a pre-image is put only if there is none"
            );
        }
        if let Some(terminal) = &transition.terminal
            && self.terminals.insert(saga, terminal.clone()).is_some()
        {
            self.violations.push("I1: it ended twice".to_owned());
        }
        let after = transition.on(&head);
        self.check(transition, &head, &after);
        self.heads.insert(saga, after);
        Committed::Written
    }

    fn is_free(&self, target: &LockTarget, how: Take, saga: SagaId) -> bool {
        match (self.locks.get(target), how) {
            (None, _) => true,
            (Some(lock), Take::Free { settled }) => match lock.saga {
                Some(holder) => holder == saga,
                None => lock.last == saga || lock.given_back.is_none_or(|at| at <= settled),
            },
            (Some(lock), Take::Untouched) => lock.last == saga,
        }
    }

    /// What must hold of every change.
    fn check(&mut self, transition: &Transition, before: &Head, after: &Head) {
        let mut wrong = |what: String| self.violations.push(what);
        if let Some(fence) = transition.entry.actor.fence()
            && fence != before.drive.fence
        {
            wrong(format!(
                "I6: entry {} was written under lease {fence}, not {}",
                transition.entry.rev, before.drive.fence
            ));
        }
        if before.status().is_terminal() && after.status() != before.status() {
            wrong(format!("I1: {:?} became {:?}", before.status(), after.status()));
        }
        if after.status().is_active() && after.drive.next_due.is_none() {
            wrong(format!("I11: entry {} leaves it {:?} and never due", transition.entry.rev, after.status()));
        }
        if after.status() == SagaStatus::Stuck
            && after.state.core.stuck.as_ref().is_none_or(|stuck| stuck.runbook.is_empty())
        {
            wrong("I15: stuck without a runbook".to_owned());
        }
        let late = after.state.core.late.as_ref().is_some_and(|late| late.locked);
        if after.status().is_terminal() && !late && self.locks.values().any(|lock| lock.saga == Some(transition.saga)) {
            self.violations.push("I11: it ended and holds a lock".to_owned());
        }
    }

    pub(super) fn tick(&mut self, tick: &Tick) -> Committed {
        let Some(head) = self.heads.get_mut(&tick.saga) else { panic!("there is no saga {}", tick.saga) };
        if head.drive.fence != tick.fence || head.state.rev != tick.rev {
            return Committed::Refused(Box::new(head.clone()));
        }
        self.ticks += 1;
        let drive = &mut head.drive;
        (drive.next_due, drive.polls, drive.denied, drive.takeovers) =
            (Some(tick.next_due), tick.polls, tick.denied, 0);
        (drive.lease_owner, drive.lease_until) = (None, None);
        Committed::Written
    }

    pub(super) fn due(&self, before: DateTime<Utc>, limit: usize) -> Vec<Due> {
        let mut due: Vec<Due> = self
            .heads
            .values()
            .filter_map(|head| {
                let next_due = head.drive.next_due.filter(|due| *due <= before)?;
                let (saga, status, rev) = (head.about.id, head.status(), head.state.rev);
                Some(Due { saga, status, rev, next_due, updated_at: head.state.updated_at })
            })
            .collect();
        due.sort_by_key(|due| due.next_due);
        due.truncate(limit);
        due
    }

    /// Whether an intent is in the ledger, under this lease.
    #[cfg(test)]
    pub(super) fn intends(&self, saga: &SagaId, op_hash: &str, fence: u64) -> bool {
        self.ledgers[saga].iter().any(|entry| {
            entry.kind == crate::record::EntryKind::Intended
                && entry.op_hash.as_deref() == Some(op_hash)
                && entry.actor.fence() == Some(fence)
        })
    }
}
