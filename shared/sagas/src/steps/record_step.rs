//! What the steps on DNS records share: they bring the records of one name and type to the state of
//! a plan, and back to the state that they found if the saga is undone.

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use serde_json::{Map, Value, json};

use super::{dns_inputs, dns_preview};
use crate::calls::{ReadRequest, Record, RecordFields, WriteRequest};
use crate::dns::{
    Identity, RecordAttempts, RecordEntry, RecordHistory, RecordSet, RecordSetPreImage, await_earlier_writes, recover,
    restored, send,
};
use crate::ports::Observations;
use crate::record::{Intent, LockTarget, StepStatus, WriteAttempt};
use crate::step::{
    InputFields, OpenedStep, PlannedEffect, Preview, Prices, Recovered, Step, StepCompletion, StepContext,
    StepDecision, StepKind,
};

/// What one kind of step makes of the records of a name and type.
pub(super) trait RecordPlan: Send + Sized + 'static {
    /// Reads the plan from the inputs. Returns `None` with at least one error in `fields`, or
    /// without one if an input refers to an output that is not known yet.
    fn of(fields: &mut InputFields<'_>) -> Option<Self>;

    /// Returns the zone, name and type of the records.
    fn identity(&self) -> &Identity;

    /// Returns the changes to the records that were found, or the reason why the step fails before
    /// any write. `zone` are all records of the zone; `None` after the first write, when a record
    /// in the way may be the step's own.
    fn changes(&self, found: &RecordSet, zone: Option<&[Record]>) -> Result<RecordChanges, String>;
}

/// The changes that a plan needs: first the main record, then the deletions.
pub(super) struct RecordChanges {
    /// The record that exists at the end; none if the step only deletes.
    pub(super) main: Option<MainRecord>,
    /// The records to delete.
    pub(super) removed: Vec<RecordEntry>,
}

/// The record that a plan wants to exist.
pub(super) struct MainRecord {
    /// The way in which it comes to exist.
    pub(super) by: MainWrite,
    /// The record's fields, as they are sent.
    pub(super) record: RecordFields,
    /// True if the name and type must have no other record.
    pub(super) alone: bool,
}

/// The write by which the main record comes to exist.
#[derive(Clone, Copy)]
pub(super) enum MainWrite {
    Create,
    Update(u64),
    /// No write: this record is as wanted.
    Keep(u64),
}

/// The largest time that a step on DNS records may take.
const TIME_BUDGET: TimeDelta = TimeDelta::minutes(15);

/// The number of times that a record is created while another client keeps deleting it.
const MAX_CREATIONS: usize = 3;

/// Returns the kind of step with this plan. It has one round of post-checks only: a record names
/// neither its creator nor its time. A day later, an equal record would belong to another client.
pub(super) const fn kind<P: RecordPlan>(name: &'static str) -> StepKind {
    StepKind { post_checks: 1, ..StepKind::new(name, dns_inputs::INPUTS, validate::<P>, open::<P>) }
}

fn validate<P: RecordPlan>(account: &AccountId, fields: &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta) {
    let locks = dns_inputs::locks(account, fields);
    P::of(fields);
    (locks, TIME_BUDGET)
}

fn open<P: RecordPlan>(at: StepContext<'_>) -> OpenedStep<'_> {
    Ok(Box::new(RecordStep { plan: at.typed_inputs(P::of)?, pre_image: at.typed_pre_image()?, at }))
}

/// A step on DNS records in its context.
struct RecordStep<'a, P> {
    at: StepContext<'a>,
    plan: P,
    pre_image: Option<RecordSetPreImage>,
}

impl<P: RecordPlan> RecordStep<'_, P> {
    fn zone<'s>(&self, seen: &'s Observations) -> Option<&'s [Record]> {
        seen.records(self.plan.identity().zone.as_str())
    }

    fn history(&self, seen: &Observations) -> RecordHistory<'_> {
        RecordHistory::of(self.plan.identity(), self.pre_image.as_ref(), &self.at, seen)
    }

    fn pass<'p>(&'p self, seen: &'p Observations, now: &'p RecordSet, history: &'p RecordHistory<'_>) -> Pass<'p> {
        Pass { at: &self.at, identity: self.plan.identity(), seen, now, attempts: history.attempts() }
    }
}

impl<P: RecordPlan> RecordStep<'_, P> {
    /// Returns the completion of the step if the answers to its own writes say all that reading the
    /// zone again would: no write is left, each has an answer, and the answer of the main record's
    /// write shows it as wanted. Until the read lag has passed, no list is newer than that answer.
    ///
    /// A write that was found rather than answered may be another client's, and the answer to a
    /// deletion says nothing about a record that was kept. The zone is then read.
    fn confirmed(&self) -> Option<StepDecision> {
        let StepContext { state, now, timing, .. } = self.at;
        let is_answered = state.pending.is_none() && state.attempts.iter().all(WriteAttempt::is_answered);
        if state.status != StepStatus::Running || self.pre_image.is_none() || !is_answered {
            return None;
        }
        let (identity, history) = (self.plan.identity(), self.history(&Observations::nothing()));
        let (attempts, changes) = (history.attempts(), self.plan.changes(&history.base, None).ok()?);
        let deleted = attempts.deleted();
        if changes.removed.iter().any(|entry| !deleted.contains(&entry.id)) {
            return None;
        }
        let Some(main) = &changes.main else { return Some(done("deleted", None)) };
        let ((id, outcome), (written, at)) = (main.existing(attempts)?, attempts.last_written()?);
        let is_shown = written.id == id && main.is_shown_by(&RecordEntry::of(written, identity), identity);
        (is_shown && now < at + timing.read_lag).then(|| done(outcome, Some(id)))
    }
}

impl<P: RecordPlan> Step for RecordStep<'_, P> {
    // Plan.
    fn preview(&self, seen: &Observations, _: &Prices) -> Preview {
        let identity = self.plan.identity();
        let Some(zone) = self.zone(seen) else {
            return Preview::without_change(PlannedEffect::Fail, dns_preview::NO_ZONE);
        };
        let now = RecordSet::of(zone, identity);
        let planned = self.plan.changes(&now, Some(zone)).map(|changes| changes.writes(identity));
        dns_preview::preview(identity, &now, planned)
    }

    // Execute.

    /// Nothing is read once the answers to the step's own writes confirm that all is done.
    fn reads(&self) -> Vec<ReadRequest> {
        if self.confirmed().is_some() { Vec::new() } else { vec![self.plan.identity().read()] }
    }

    fn pre_image(&self, seen: &Observations) -> Option<Value> {
        let pre_image = RecordSetPreImage::of(self.zone(seen)?, self.plan.identity());
        // A pre-image is plain data with text keys, so it can always be written as JSON.
        serde_json::to_value(pre_image).ok()
    }

    fn forward(&self, seen: &Observations) -> StepDecision {
        if let Some(done) = self.confirmed() {
            return done;
        }
        let identity = self.plan.identity();
        let Some(zone) = self.zone(seen) else {
            return StepDecision::Failed(dns_preview::NO_ZONE.to_owned());
        };
        if self.pre_image.is_none()
            && let Some(next) = await_earlier_writes(&self.at, identity, seen)
        {
            return next;
        }
        let (history, now) = (self.history(seen), RecordSet::of(zone, identity));
        match self.plan.changes(&history.base, self.pre_image.is_none().then_some(zone)) {
            Err(why) => StepDecision::Failed(why),
            Ok(changes) => self.pass(seen, &now, &history).next(&changes),
        }
    }

    // Recover.
    fn recover(&self, intent: &Intent, seen: &Observations) -> Recovered {
        let history = self.history(seen);
        recover(intent, history.attempts(), history.now.as_ref())
    }

    // Compensate.
    fn undo(&self, seen: &Observations) -> StepDecision {
        restored(&self.history(seen), &self.at, seen)
    }

    /// After success only a second creation can do harm: a deletion that arrives late finds nothing
    /// to delete.
    fn post_check(&self, seen: &Observations, succeeded: bool) -> StepDecision {
        let history = self.history(seen);
        if !succeeded {
            return restored(&history.after_undo(self.at.earlier), &self.at, seen);
        }
        let Some(now) = &history.now else { return StepDecision::done("the zone is gone") };
        let main = self.plan.changes(&history.base, None).ok().and_then(|changes| changes.main);
        let duplicate = main.and_then(|main| self.pass(seen, now, &history).duplicate(&main));
        duplicate.unwrap_or_else(|| StepDecision::done("no late write was found"))
    }
}

impl RecordChanges {
    /// Returns the writes that the changes need, in order.
    fn writes(&self, identity: &Identity) -> Vec<WriteRequest> {
        let main = self.main.as_ref().and_then(|main| match main.by {
            MainWrite::Create => Some(identity.create(main.record.clone(), None)),
            MainWrite::Update(id) => Some(identity.update(id, main.record.clone())),
            MainWrite::Keep(_) => None,
        });
        main.into_iter().chain(self.removed.iter().map(|entry| delete(identity, entry))).collect()
    }
}

fn delete(identity: &Identity, entry: &RecordEntry) -> WriteRequest {
    identity.delete(entry.id, entry.shown.clone())
}

fn done(outcome: &'static str, main: Option<u64>) -> StepDecision {
    let outputs = Map::from_iter(main.map(|id| ("dns_record_id".to_owned(), json!(id.to_string()))));
    StepDecision::Done(StepCompletion { outcome, outputs, ..StepCompletion::default() })
}

/// One pass of a step over its changes.
struct Pass<'a> {
    at: &'a StepContext<'a>,
    identity: &'a Identity,
    seen: &'a Observations,
    now: &'a RecordSet,
    attempts: RecordAttempts<'a>,
}

impl Pass<'_> {
    /// Decides on the next write; if none is left, whether the main record exists.
    fn next(&self, changes: &RecordChanges) -> StepDecision {
        match (&changes.main, changes.removed.as_slice()) {
            (None, []) => return done("noop", None),
            (Some(MainRecord { by: MainWrite::Keep(id), .. }), []) => return done("noop", Some(*id)),
            _ => {}
        }
        let main = changes.main.as_ref();
        let next = main.and_then(|main| self.write(main)).or_else(|| self.remove(main, &changes.removed));
        next.unwrap_or_else(|| main.map_or_else(|| done("deleted", None), |main| self.verify(main)))
    }

    fn send(&self, write: WriteRequest) -> StepDecision {
        send(write, self.identity, self.now)
    }

    fn create(&self, main: &MainRecord) -> StepDecision {
        self.send(self.identity.create(main.record.clone(), None))
    }

    /// Returns the write of the main record, unless it was carried out.
    fn write(&self, main: &MainRecord) -> Option<StepDecision> {
        let is_made = self.attempts.created(false).next().is_some();
        match main.by {
            MainWrite::Keep(_) => None,
            MainWrite::Create => (!is_made).then(|| self.create(main)),
            MainWrite::Update(id) => match self.attempts.updated(id, false) {
                Some(attempt) if attempt.result().is_some() => None,
                Some(attempt) if !attempt.is_lost() => (!is_made).then(|| self.create(main)),
                _ => {
                    let update = || self.send(self.identity.update(id, main.record.clone()));
                    Some(self.unchanged(id, Some(main)).unwrap_or_else(update))
                }
            },
        }
    }

    /// Returns the next deletion that is left.
    fn remove(&self, main: Option<&MainRecord>, removed: &[RecordEntry]) -> Option<StepDecision> {
        let deleted = self.attempts.deleted();
        let open = removed.iter().find(|entry| !deleted.contains(&entry.id))?;
        Some(self.unchanged(open.id, main).unwrap_or_else(|| self.send(delete(self.identity, open))))
    }

    /// Fails if a record that is about to be overwritten is neither as it was found nor as wanted.
    fn unchanged(&self, id: u64, main: Option<&MainRecord>) -> Option<StepDecision> {
        let (found, now) = (self.attempts.base.get(id)?, self.now.get(id)?);
        let is_wanted = main.is_some_and(|main| now.value == self.identity.value(&main.record));
        (now.value != found.value && !is_wanted).then(|| changed(id))
    }

    /// Checks that the main record exists, once everything is written.
    fn verify(&self, main: &MainRecord) -> StepDecision {
        // `write` returns nothing only once the record was created.
        let Some((id, outcome)) = main.existing(self.attempts) else { return self.create(main) };
        match self.now.get(id) {
            Some(entry) if main.is_shown_by(entry, self.identity) => {}
            Some(_) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                return StepDecision::Wait("the zone does not show the record as written yet".to_owned());
            }
            Some(_) => return changed(id),
            None => return self.missing(id, main),
        }
        let other = self.duplicate(main).or_else(|| self.competing_record(main));
        other.unwrap_or_else(|| done(outcome, Some(id)))
    }

    /// Fails if another client created records there too: an equal one, or any other where there
    /// should be one. The compensation then removes the step's own record.
    fn competing_record(&self, main: &MainRecord) -> Option<StepDecision> {
        let (known, value) = (self.attempts.known(), self.identity.value(&main.record));
        let mut others = self.now.entries().iter().filter(|entry| !known.contains(&entry.id));
        let other = others.find(|entry| main.alone || entry.value == value)?;
        Some(StepDecision::Failed(format!(
            "another client created record {} of that name and type meanwhile",
            other.id
        )))
    }

    fn written_at(&self) -> DateTime<Utc> {
        self.at.state.attempts.last().map_or(self.at.now, |attempt| attempt.at)
    }

    /// Handles a record that the list does not show. The record is read by its id; only if it is
    /// not found that way either, for a while, does it count as deleted.
    fn missing(&self, id: u64, main: &MainRecord) -> StepDecision {
        match self.seen.record(self.identity.zone.as_str(), id) {
            None => StepDecision::Read(vec![self.identity.read_one(id)]),
            Some(Some(_)) => StepDecision::Wait("the zone does not list the record yet".to_owned()),
            Some(None) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                StepDecision::Wait("the record is not found yet".to_owned())
            }
            Some(None) if self.attempts.created(false).count() >= MAX_CREATIONS => {
                StepDecision::Failed("another client keeps deleting the record".to_owned())
            }
            Some(None) => self.create(main),
        }
    }

    /// Deletes a second record, created by a write that counted as lost and was carried out after
    /// all.
    fn duplicate(&self, main: &MainRecord) -> Option<StepDecision> {
        let value = self.identity.value(&main.record);
        let orphaned = self.attempts.orphaned(&value, false);
        let orphan = self.attempts.unattributed(self.now, &value).take(orphaned).next();
        Some(self.send(delete(self.identity, self.now.get(orphan?)?)))
    }
}

impl MainRecord {
    /// Returns the record's id and the word for how it came to be; `None` until it is created.
    fn existing(&self, attempts: RecordAttempts<'_>) -> Option<(u64, &'static str)> {
        match (attempts.created(false).last(), self.by) {
            (Some((id, _)), _) => Some((id, "created")),
            (None, MainWrite::Update(id) | MainWrite::Keep(id)) => Some((id, "updated")),
            (None, MainWrite::Create) => None,
        }
    }

    fn is_shown_by(&self, entry: &RecordEntry, identity: &Identity) -> bool {
        entry.value == identity.value(&self.record) && Some(entry.ttl) == self.record.ttl
    }
}

fn changed(id: u64) -> StepDecision {
    StepDecision::Failed(format!("another client changed record {id} meanwhile"))
}
