//! Writes log lines as flat JSON. The JSON format of `tracing-subscriber` nests spans in a list,
//! where queries cannot access their fields.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use tracing::{
    Event, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    fmt::MakeWriter,
    layer::Context,
    registry::{LookupSpan, Scope, SpanRef},
};

use super::line::Line;

/// A layer that writes every event as one line: `timestamp`, `level`, `message`, `target`, the
/// fields of the surrounding spans from the outermost in, and the event's own fields. If spans have
/// fields with the same name, the innermost is used. An event's own field does not replace a span's
/// but becomes `field_<name>`, so that a library's `request_id` does not hide that of the
/// invocation.
#[derive(Debug)]
pub struct JsonLayer<W> {
    writer: W,
    now: fn() -> DateTime<Utc>,
}

impl<W: for<'w> MakeWriter<'w>> JsonLayer<W> {
    /// Creates a layer that writes to `writer`, usually `std::io::stdout`.
    pub const fn new(writer: W) -> Self {
        Self { writer, now: Utc::now }
    }

    /// Sets another clock; for tests.
    #[must_use]
    pub fn with_clock(mut self, now: fn() -> DateTime<Utc>) -> Self {
        self.now = now;
        self
    }
}

impl<S, W> Layer<S> for JsonLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            edit(&span, |fields| attributes.record(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            edit(&span, |fields| values.record(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Line::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        let mut line = Line::default();
        line.set("timestamp", (self.now)().to_rfc3339_opts(SecondsFormat::Millis, true).into());
        line.set("level", metadata.level().as_str().into());
        line.set("message", fields.take("message").unwrap_or_else(|| "".into()));
        line.set("target", metadata.target().into());
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(fields) = span.extensions().get::<Line>() {
                line.extend(fields);
            }
        }
        line.extend_prefixing_duplicates(fields);
        // An error of writing the log cannot be reported anywhere, and must not end the work.
        let _ = self.writer.make_writer_for(metadata).write_all(&line.to_bytes());
    }
}

/// Changes the fields stored with a span.
fn edit<S: for<'a> LookupSpan<'a>>(span: &SpanRef<'_, S>, change: impl FnOnce(&mut Line)) {
    let mut extensions = span.extensions_mut();
    if let Some(fields) = extensions.get_mut::<Line>() {
        change(fields);
    } else {
        let mut fields = Line::default();
        change(&mut fields);
        extensions.insert(fields);
    }
}
