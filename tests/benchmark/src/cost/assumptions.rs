//! The figures of the bill that are assumed and not measured.

/// The hours of a month.
pub(crate) const HOURS: f64 = 730.0;
/// The part of all resources that changes in a day.
pub(crate) const CHANGED_A_DAY: f64 = 0.01;
/// The days for which receipts are kept.
pub(crate) const RECEIPT_DAYS: f64 = 30.0;
/// The memory in MB at which a function has one vCPU; with less memory it has proportionally less.
pub(crate) const MB_OF_A_VCPU: f64 = 1_769.0;
/// The seconds that DigitalOcean takes for a page.
pub(crate) const PAGE_SECONDS: f64 = 0.150;
/// The number of children's lists that are read at a time (`inventory::sweep::children`). Other
/// lists are read page by page.
pub(crate) const LISTS_AT_A_TIME: f64 = 4.0;
/// The seconds that DynamoDB takes for a request. Requests are assumed to be made one after the
/// other.
pub(crate) const TABLE_SECONDS: f64 = 0.005;
/// The seconds of an invocation that only turns a tick into a message for each account, and of an
/// API call.
pub(crate) const SHORT_CALL_SECONDS: f64 = 0.050;
/// The number of Lambda's pollers of a queue.
pub(crate) const POLLERS: f64 = 5.0;
/// The seconds that a poller waits for a message.
pub(crate) const POLL_SECONDS: f64 = 20.0;
/// The bytes that Lambda itself logs for an invocation (its start and its report, as JSON), and the
/// line of a cold start.
pub(crate) const PLATFORM_LOG_BYTES: f64 = 1_000.0;
/// The compressed size of stored logs, as a part of the ingested size.
pub(crate) const LOG_COMPRESSION: f64 = 0.15;
/// The seconds after which a warm function fetches its token again (`runtime::Secrets`).
pub(crate) const TOKEN_SECONDS: f64 = 300.0;
/// The secrets of the account: a token for each of `sync`, `fast`, `billing` and `provisioning`.
pub(crate) const SECRETS: f64 = 4.0;
/// The API calls of a month.
pub(crate) const API_CALLS: f64 = 10_000.0;
/// The read units of an API call.
pub(crate) const API_READ_UNITS: f64 = 20.0;
/// The active API users of a month.
pub(crate) const USERS: f64 = 5.0;
/// The metrics of a route of an HTTP API with detailed metrics.
pub(crate) const ROUTE_METRICS: f64 = 6.0;
/// The metrics that the API's function writes itself.
pub(crate) const API_METRICS: f64 = 2.0;

/// The bytes of an invoice line in the table. An invoice has one line for each resource.
pub(crate) const LINE_BYTES: f64 = 400.0;
/// The invoice lines in one item of the table.
pub(crate) const LINES_OF_A_PAGE: f64 = 100.0;
/// The number of monthly invoices whose lines are kept.
pub(crate) const INVOICES_KEPT: f64 = 36.0;
/// The bytes of a resource that are read to match invoice lines with it.
pub(crate) const KNOWN_BYTES: f64 = 600.0;
/// The sagas of a month.
pub(crate) const SAGAS: f64 = 200.0;
/// The wake-ups of a saga.
pub(crate) const WAKE_UPS: f64 = 12.0;
/// The post-checks of a saga after its end.
pub(crate) const POST_CHECKS: f64 = 2.0;
/// The bytes that a run of an unmeasured worker logs.
pub(crate) const LOG_BYTES: f64 = 1_500.0;
/// The number of metrics that an unmeasured worker writes.
pub(crate) const METRICS_OF_A_WORKER: f64 = 4.0;

/// Returns the assumptions as sentences, with their sources.
pub(crate) fn sentences() -> Vec<String> {
    vec![
        format!("{HOURS} hours; {}% of the resources change in a day; one account.", CHANGED_A_DAY * 100.0),
        format!(
            "Function time: the CPU time measured here x {MB_OF_A_VCPU} MB / the function's memory (a vCPU is {MB_OF_A_VCPU} MB: \
             https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), + {} ms for each page that DigitalOcean returns ({LISTS_AT_A_TIME} \
             at a time where lists are read parent by parent, no faster than the rate limit allows, as if every parent scan ended in \
             its hour), + {} ms for each request to the table. Every run is a cold start, because each measured process is new.",
            PAGE_SECONDS * 1_000.0,
            TABLE_SECONDS * 1_000.0
        ),
        format!(
            "Queues: {POLLERS} pollers each, which wait {POLL_SECONDS} s, also while a queue is empty: Lambda otherwise uses fewer, but not \
             with MaximumConcurrency (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html, \
             https://aws.amazon.com/blogs/compute/estimating-cost-for-amazon-sqs-message-processing-using-aws-lambda/)."
        ),
        format!(
            "Logs: the bytes that a run logged here, + {PLATFORM_LOG_BYTES} bytes from Lambda itself; stored logs are compressed to {LOG_COMPRESSION} of their size. Logs and \
             events are kept for the template's default retention, receipts for {RECEIPT_DAYS} days."
        ),
        format!(
            "{API_CALLS} API calls by {USERS} users, with {API_READ_UNITS} read units each; {ROUTE_METRICS} metrics for each route \
             (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html); {SECRETS} secrets."
        ),
        format!(
            "Billing and sagas are estimated, not measured: the running month's invoice is ingested anew every day and matched again every night, with a \
             line of {LINE_BYTES} bytes for each resource, {INVOICES_KEPT} invoices are kept; {SAGAS} sagas, each with {WAKE_UPS} wake-ups; \
             {METRICS_OF_A_WORKER} metrics for each of those workers, in the hours in which it runs."
        ),
        "Not included: tax, support, and traffic out of AWS (requests to DigitalOcean, a few GB of API responses)."
            .to_owned(),
    ]
}
