//! What is assumed and not measured.

/// Hours of a month.
pub(crate) const HOURS: f64 = 730.0;
/// The part of all resources that changes in a day.
pub(crate) const CHANGED_A_DAY: f64 = 0.01;
/// Receipts are kept for so many days.
pub(crate) const RECEIPT_DAYS: f64 = 30.0;
/// Memory at which a function has one vCPU; with less it has that much less of one.
pub(crate) const MB_OF_A_VCPU: f64 = 1_769.0;
/// How long DigitalOcean takes for a page.
pub(crate) const PAGE_SECONDS: f64 = 0.150;
/// Lists of children are read so many at a time (`inventory::sweep::children`), others page by page.
pub(crate) const LISTS_AT_A_TIME: f64 = 4.0;
/// How long DynamoDB takes for a request; they are taken to be made one after the other.
pub(crate) const TABLE_SECONDS: f64 = 0.005;
/// What a tick takes that only becomes a message for each account, and what a call of the API takes.
pub(crate) const SHORT_CALL_SECONDS: f64 = 0.050;
/// Pollers of a queue, and how long one waits for a message.
pub(crate) const POLLERS: f64 = 5.0;
pub(crate) const POLL_SECONDS: f64 = 20.0;
/// What Lambda itself logs of an invocation (its start and its report, as JSON), with the line of a start.
pub(crate) const PLATFORM_LOG_BYTES: f64 = 1_000.0;
/// What is kept of logs is compressed to this part.
pub(crate) const LOG_COMPRESSION: f64 = 0.15;
/// A warm function asks for its token again after so long (`runtime::Secrets`).
pub(crate) const TOKEN_SECONDS: f64 = 300.0;
/// Secrets of the account: a token for each of `sync`, `fast`, `billing` and `provisioning`.
pub(crate) const SECRETS: f64 = 4.0;
/// Use of the API.
pub(crate) const API_CALLS: f64 = 10_000.0;
pub(crate) const API_READ_UNITS: f64 = 20.0;
pub(crate) const USERS: f64 = 5.0;
/// Metrics of a route of an HTTP API with detailed metrics.
pub(crate) const ROUTE_METRICS: f64 = 6.0;
/// Metrics that the API's function writes itself.
pub(crate) const API_METRICS: f64 = 2.0;

/// An invoice has a line for each resource; so many bytes of the table each, so many on a page of the table.
pub(crate) const LINE_BYTES: f64 = 400.0;
pub(crate) const LINES_OF_A_PAGE: f64 = 100.0;
/// Monthly invoices whose lines are kept.
pub(crate) const INVOICES_KEPT: f64 = 36.0;
/// What of a resource is read to match a line with it.
pub(crate) const KNOWN_BYTES: f64 = 600.0;
/// Sagas of a month, how often each is rung for, and how often it is looked at after its end.
pub(crate) const SAGAS: f64 = 200.0;
pub(crate) const WAKE_UPS: f64 = 12.0;
pub(crate) const POST_CHECKS: f64 = 2.0;
/// What a run of a worker that is not measured logs, and how many metrics such a worker writes.
pub(crate) const LOG_BYTES: f64 = 1_500.0;
pub(crate) const METRICS_OF_A_WORKER: f64 = 4.0;

/// In words, with where it comes from.
pub(crate) fn sentences() -> Vec<String> {
    vec![
        format!("{HOURS} hours; {}% of the resources change in a day; one account.", CHANGED_A_DAY * 100.0),
        format!(
            "Function time: the CPU time measured here x {MB_OF_A_VCPU} MB / the function's memory (a vCPU is {MB_OF_A_VCPU} MB: \
             https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), + {} ms for each page of DigitalOcean's ({LISTS_AT_A_TIME} \
             at a time where lists are read parent by parent, no faster than the rate limit lets a round read, as if every round ended in \
             its hour), + {} ms for each request to the table. Every run is a cold start: the process that is measured is a fresh one.",
            PAGE_SECONDS * 1_000.0,
            TABLE_SECONDS * 1_000.0
        ),
        format!(
            "Queues: {POLLERS} pollers each, waiting {POLL_SECONDS} s, also while nothing is there: Lambda takes fewer where it may, but not \
             with MaximumConcurrency (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html, \
             https://aws.amazon.com/blogs/compute/estimating-cost-for-amazon-sqs-message-processing-using-aws-lambda/)."
        ),
        format!(
            "Logs: what a run logged here, + {PLATFORM_LOG_BYTES} bytes of Lambda's own; kept compressed to {LOG_COMPRESSION}. Logs and \
             events are kept as long as the template says by default, receipts {RECEIPT_DAYS} days."
        ),
        format!(
            "{API_CALLS} calls of the API by {USERS} people, each of {API_READ_UNITS} read units; {ROUTE_METRICS} metrics a route \
             (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html); {SECRETS} secrets."
        ),
        format!(
            "Billing and sagas are reckoned, not measured: the running month's invoice anew every day and matched again every night, with a \
             line of {LINE_BYTES} bytes for each resource, {INVOICES_KEPT} invoices kept; {SAGAS} sagas, each rung for {WAKE_UPS} times; \
             {METRICS_OF_A_WORKER} metrics of each of those workers, in the hours in which it runs."
        ),
        "Not included: tax, support, and traffic out of AWS (requests to DigitalOcean, a few GB of answers to the API's callers).".to_owned(),
    ]
}
