//! `upsert_dns_record`: sees to it that a name stands for a value.

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use serde_json::{Map, json};

use super::dns_inputs::{self, MOST_GIVEN_UP, Mode, Said};
use super::dns_preview::{self, Planned};
use super::{At, Done, Effect, Fields, Next, Preview, Prices, Recovered, StepKind};
use crate::dns::{
    DEFAULT_TTL, Entry, Identity, RecordSet, RecordType, Stash, Story, Tries, Value, announce, is_behind, recover,
    restored, sent,
};
use crate::record::{Intent, LockTarget};
use crate::rim::{Read, RecordFields, Seen, Write};

/// The step `upsert_dns_record`.
pub(super) struct UpsertDnsRecord;

/// How often a record that somebody deletes under our hands is made again.
const MAKINGS: usize = 3;

/// Which record is wanted.
#[derive(Debug)]
pub(super) struct Inputs {
    identity: Identity,
    value: Value,
    /// What its siblings have, if it is not said.
    ttl: Option<u32>,
    mode: Mode,
}

type Here<'a> = At<'a, Inputs, Stash>;

/// What the wanted record needs, given what was found.
enum Plan {
    Nothing(u64),
    Refused(String),
    /// The main write, then the records to delete.
    Writes(Main, Vec<Entry>),
}

enum Main {
    Make(RecordFields),
    Change(u64, RecordFields),
    Keep(u64),
}

impl StepKind for UpsertDnsRecord {
    // Inputs.
    type Inputs = Inputs;
    type Stash = Stash;
    const NAME: &'static str = "upsert_dns_record";
    const INPUTS: &'static [&'static str] = dns_inputs::INPUTS;
    const OUTPUTS: &'static [&'static str] = &["dns_record_id"];
    /// A record says neither who made it nor when. A day later it would be somebody else's, however much it looks like ours.
    const LATE_LOOKS: usize = 1;

    fn inputs(fields: &mut Fields<'_>) -> Option<Inputs> {
        fields.require("dns_record_data");
        let mode = dns_inputs::mode(fields);
        let ttl = dns_inputs::ttl(fields);
        let said = Said::of(fields);
        for name in said.needed() {
            fields.require(name);
        }
        let mut parts = said.parts(fields);
        if said.is_delegation() && mode != Some(Mode::Additive) {
            fields.refuse("dns_mode", "the zone's own name servers can only be added to");
        }
        let data = said.data(fields, parts.tag.as_deref());
        let identity = said.identity()?;
        if identity.record_type == RecordType::Caa {
            parts.flags = parts.flags.or(Some(0));
        }
        dns_inputs::is_complete(fields).then_some(Inputs { identity, value: parts.with(data?), ttl, mode: mode? })
    }

    fn locks(account: &AccountId, fields: &mut Fields<'_>) -> Vec<LockTarget> {
        dns_inputs::locks(account, fields)
    }

    fn patience(_: &mut Fields<'_>) -> TimeDelta {
        TimeDelta::minutes(15)
    }

    // Plan.
    fn preview(at: &Here<'_>, seen: &Seen, _: &Prices) -> Preview {
        let Inputs { identity, .. } = at.inputs;
        let Some(zone) = seen.records(identity.zone.as_str()) else {
            return Preview::without_change(Effect::Fail, dns_preview::NO_ZONE);
        };
        let now = RecordSet::of(zone, identity);
        let planned = match at.inputs.plan(&now, Some(zone)) {
            Plan::Nothing(_) => Planned::Nothing,
            Plan::Refused(why) => Planned::Refused(why),
            Plan::Writes(main, extra) => {
                let main = match main {
                    Main::Make(record) => Some(at.inputs.make(record)),
                    Main::Change(id, record) => Some(at.inputs.change(id, record)),
                    Main::Keep(_) => None,
                };
                Planned::Writes(main.into_iter().chain(extra.iter().map(|entry| at.inputs.delete(entry))).collect())
            }
        };
        dns_preview::preview(identity, &now, planned)
    }

    // Execute.
    fn reads(at: &Here<'_>) -> Vec<Read> {
        vec![Read::Records { zone: at.inputs.identity.zone.as_str().to_owned() }]
    }

    fn stash(at: &Here<'_>, seen: &Seen) -> Option<Stash> {
        let zone = seen.records(at.inputs.identity.zone.as_str())?;
        Some(Stash::of(zone, &at.inputs.identity))
    }

    fn forward(at: &Here<'_>, seen: &Seen) -> Next {
        let Inputs { identity, .. } = at.inputs;
        let Some(zone) = seen.records(identity.zone.as_str()) else {
            return Next::Failed(dns_preview::NO_ZONE.to_owned());
        };
        if at.stash.is_none() && is_behind(at, identity.zone.as_str(), zone) {
            return Next::Wait(dns_preview::BEHIND.to_owned());
        }
        let story = Story::of(identity, at, seen);
        // Only before the first write is what stands in the way not our own doing.
        let plan = at.inputs.plan(&story.base, at.stash.is_none().then_some(zone));
        let run = Run { at, seen, now: &RecordSet::of(zone, identity), tries: story.tries() };
        match plan {
            Plan::Nothing(id) => Next::Done(done("noop", id)),
            Plan::Refused(why) => Next::Failed(why),
            Plan::Writes(main, extra) => {
                run.main(&main).or_else(|| run.extra(&extra)).unwrap_or_else(|| run.verify(&main))
            }
        }
    }

    // Recover.
    fn recover(at: &Here<'_>, intent: &Intent, seen: &Seen) -> Recovered {
        let story = Story::of(&at.inputs.identity, at, seen);
        recover(intent, story.tries(), story.now.as_ref())
    }

    // Compensate.
    fn undo(at: &Here<'_>, seen: &Seen) -> Next {
        restored(&Story::of(&at.inputs.identity, at, seen), at, seen)
    }

    fn late(at: &Here<'_>, seen: &Seen, succeeded: bool) -> Next {
        if !succeeded {
            return restored(&Story::of_undone(&at.inputs.identity, at, seen), at, seen);
        }
        let story = Story::of(&at.inputs.identity, at, seen);
        let Some(now) = &story.now else { return Next::done("the zone is gone") };
        let run = Run { at, seen, now, tries: story.tries() };
        run.duplicate().unwrap_or_else(|| Next::done("nothing arrived late"))
    }

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        crate::testkit::dns_examples::upsert()
    }
}

fn done(outcome: &'static str, id: u64) -> Done {
    let outputs = Map::from_iter([("dns_record_id".to_owned(), json!(id.to_string()))]);
    Done { outcome, outputs, ..Done::default() }
}

impl Inputs {
    fn plan(&self, found: &RecordSet, zone: Option<&[crate::rim::Record]>) -> Plan {
        let in_the_way = zone.and_then(|zone| self.identity.in_the_way(zone).next());
        if let Some(other) = in_the_way {
            return Plan::Refused(format!("a {other} record of that name stands in the way"));
        }
        let ttl = self.ttl_beside(found);
        let record = sent(self.identity.record_type, self.identity.name.as_str(), &self.value, ttl);
        let equal = found.with_value(&self.value).next();
        let kept = match (self.mode, found.entries()) {
            (_, []) => None,
            (Mode::Additive, _) => equal,
            (Mode::Exclusive, [only]) => Some(only),
            (Mode::Replace, [first, ..]) => Some(equal.unwrap_or(first)),
            (Mode::Exclusive, several) if equal.is_none() => {
                let count = several.len();
                return Plan::Refused(format!(
                    "there are {count} records of that name and type, none of them this one; see dns_mode"
                ));
            }
            (Mode::Exclusive, _) => equal,
        };
        let extra: Vec<Entry> = match (self.mode, kept) {
            (Mode::Replace, Some(kept)) => {
                found.entries().iter().filter(|entry| entry.id != kept.id).cloned().collect()
            }
            _ => Vec::new(),
        };
        if extra.len() > MOST_GIVEN_UP {
            let count = extra.len();
            return Plan::Refused(format!("{count} records would give way; a step replaces at most {MOST_GIVEN_UP}"));
        }
        let main = match kept {
            None => Main::Make(record),
            Some(kept) if kept.value == self.value && kept.ttl == ttl && extra.is_empty() => {
                return Plan::Nothing(kept.id);
            }
            Some(kept) if kept.value == self.value && kept.ttl == ttl => Main::Keep(kept.id),
            Some(kept) => Main::Change(kept.id, record),
        };
        if found.is_mixed() {
            return Plan::Refused(
                "the records of that name and type have different times to live; DigitalOcean would make them one for good".to_owned(),
            );
        }
        Plan::Writes(main, extra)
    }

    fn ttl_beside(&self, found: &RecordSet) -> u32 {
        self.ttl.or(found.ttl()).unwrap_or(DEFAULT_TTL)
    }

    fn zone(&self) -> String {
        self.identity.zone.as_str().to_owned()
    }

    fn make(&self, record: RecordFields) -> Write {
        Write::CreateRecord { zone: self.zone(), record, instead_of: None }
    }

    fn change(&self, id: u64, record: RecordFields) -> Write {
        Write::UpdateRecord { zone: self.zone(), id, record }
    }

    fn delete(&self, entry: &Entry) -> Write {
        Write::DeleteRecord { zone: self.zone(), id: entry.id, record: entry.shown.clone() }
    }
}

/// One look at a step that has a plan.
struct Run<'a> {
    at: &'a Here<'a>,
    seen: &'a Seen,
    now: &'a RecordSet,
    tries: Tries<'a>,
}

impl Run<'_> {
    fn inputs(&self) -> &Inputs {
        self.at.inputs
    }

    fn send(&self, write: Write) -> Next {
        let announce = announce(&write, &self.inputs().identity, self.now);
        Next::Send { write, announce }
    }

    /// The main write, unless it was carried out.
    fn main(&self, main: &Main) -> Option<Next> {
        let made = self.tries.created(false).next().is_some();
        match main {
            Main::Keep(_) => None,
            Main::Make(record) => (!made).then(|| self.send(self.inputs().make(record.clone()))),
            Main::Change(id, record) => match self.tries.updated(*id, false).map(|(_, tried)| tried) {
                Some(tried) if tried.made().is_some() => None,
                Some(tried) if !tried.is_lost() => (!made).then(|| self.send(self.inputs().make(record.clone()))),
                _ => Some(self.unchanged(*id).unwrap_or_else(|| self.send(self.inputs().change(*id, record.clone())))),
            },
        }
    }

    /// The deletions that are left.
    fn extra(&self, extra: &[Entry]) -> Option<Next> {
        let open = extra.iter().find(|entry| !self.tries.deleted().contains(&entry.id))?;
        Some(self.unchanged(open.id).unwrap_or_else(|| self.send(self.inputs().delete(open))))
    }

    /// Says no if a record that is about to be written over is neither as it was found nor as we want it.
    fn unchanged(&self, id: u64) -> Option<Next> {
        let (found, now) = (self.tries.base.get(id)?, self.now.get(id)?);
        let theirs = now.value != found.value && now.value != self.inputs().value;
        theirs.then(|| Next::Failed(format!("record {id} was changed by somebody else meanwhile")))
    }

    /// Whether the record is there, once everything is written.
    fn verify(&self, main: &Main) -> Next {
        let made = self.tries.created(false).last();
        let (id, outcome) = match (made, main) {
            (Some((id, _)), _) => (id, "created"),
            (None, Main::Change(id, _)) => (*id, "updated"),
            (None, Main::Keep(id)) => (*id, "updated"),
            // Unreachable: `main` has no next write only once it was carried out.
            (None, Main::Make(record)) => return self.send(self.inputs().make(record.clone())),
        };
        match self.now.get(id) {
            Some(entry) if self.is_wanted(entry) => {}
            Some(_) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                return Next::Wait("the zone does not show the record as it was written yet".to_owned());
            }
            Some(_) => return Next::Failed(format!("record {id} was changed by somebody else meanwhile")),
            None => return self.missing(id),
        }
        self.duplicate().or_else(|| self.company()).unwrap_or_else(|| Next::Done(done(outcome, id)))
    }

    /// Whether somebody made records there too: the same once more, or others where there should be one. Ours then goes again.
    fn company(&self) -> Option<Next> {
        let known = self.tries.known();
        let wants_to_be_alone = self.inputs().mode != Mode::Additive;
        let mut others = self.now.entries().iter().filter(|entry| !known.contains(&entry.id));
        let other = others.find(|entry| wants_to_be_alone || entry.value == self.inputs().value)?;
        Some(Next::Failed(format!("record {} of that name and type appeared meanwhile", other.id)))
    }

    fn is_wanted(&self, entry: &Entry) -> bool {
        entry.value == self.inputs().value && entry.ttl == self.inputs().ttl_beside(self.tries.base)
    }

    fn written_at(&self) -> DateTime<Utc> {
        self.at.state.tries.last().map_or(self.at.now, |tried| tried.at)
    }

    /// The list does not show what was written: it is asked for alone. Only if that shows nothing either, for a while, is it gone.
    fn missing(&self, id: u64) -> Next {
        let zone = self.inputs().zone();
        match self.seen.record(&zone, id) {
            None => Next::Look(vec![Read::Record { zone, id }]),
            Some(Some(_)) => Next::Wait("the zone does not list the record yet".to_owned()),
            Some(None) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                Next::Wait("the record is not to be found yet".to_owned())
            }
            Some(None) if self.tries.created(false).count() >= MAKINGS => {
                Next::Failed("somebody deletes the record whenever it is made".to_owned())
            }
            Some(None) => {
                let ttl = self.inputs().ttl_beside(self.tries.base);
                let Identity { name, record_type, .. } = &self.inputs().identity;
                self.send(self.inputs().make(sent(*record_type, name.as_str(), &self.inputs().value, ttl)))
            }
        }
    }

    /// Deletes a second record that a write which counted as lost has made after all.
    fn duplicate(&self) -> Option<Next> {
        let value = &self.inputs().value;
        let strays = self.tries.strays(value, false);
        let stray = self.tries.strangers(self.now, value).take(strays).next().and_then(|id| self.now.get(id))?;
        Some(self.send(self.inputs().delete(stray)))
    }
}
