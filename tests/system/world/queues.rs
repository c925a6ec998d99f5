//! The workers' queues, as the scenarios look at them.

use std::time::Duration;

use serde_json::{Value, json};

use super::World;

const TIMEOUT: Duration = Duration::from_secs(60);
/// Queue attributes: messages visible, in flight, and delayed.
const COUNTS: [&str; 3] =
    ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"];

impl World {
    /// The URL of a worker's queue.
    pub(crate) fn queue(&self, worker: &str) -> &str {
        &self.info().queue_urls[worker]
    }

    /// Waits until a worker has no message but delayed ones.
    pub(crate) async fn wait_until_drained(&self, worker: &str) {
        self.wait(&format!("the end of the work of {worker}"), TIMEOUT, async || {
            let [waiting, working, _] = self.counts(worker).await;
            (waiting + working == 0).then_some(())
        })
        .await;
    }

    /// Waits until a worker has nothing to do at all.
    pub(crate) async fn wait_until_empty(&self, worker: &str, timeout: Duration) {
        self.wait(&format!("the end of the queue of {worker}"), timeout, async || {
            (self.counts(worker).await == [0, 0, 0]).then_some(())
        })
        .await;
    }

    async fn counts(&self, worker: &str) -> [u64; 3] {
        let wanted = json!({ "QueueUrl": self.queue(worker), "AttributeNames": COUNTS });
        let told = self.aws("sqs", "get_queue_attributes", wanted).await;
        COUNTS.map(|name| told["Attributes"][name].as_str().and_then(|count| count.parse().ok()).unwrap_or(0))
    }

    /// The messages in a worker's dead-letter queue: the body of each and the reason it is there
    /// for.
    pub(crate) async fn dead_letters(&self, worker: &str) -> Vec<(String, String)> {
        let mut letters = Vec::new();
        loop {
            let wanted = json!({
                "QueueUrl": format!("{}-dlq", self.queue(worker)), "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"],
            });
            let received = self.aws("sqs", "receive_message", wanted).await;
            let Some(messages) = received["Messages"].as_array().filter(|messages| !messages.is_empty()) else {
                return letters;
            };
            letters.extend(messages.iter().map(|message| {
                let reason = &message["MessageAttributes"]["reason"]["StringValue"];
                (as_text(&message["Body"]), as_text(reason))
            }));
        }
    }

    /// Empties a worker's queue and its dead-letter queue.
    pub(crate) async fn purge(&self, worker: &str) {
        for suffix in ["", "-dlq"] {
            let url = format!("{}{suffix}", self.queue(worker));
            self.aws("sqs", "purge_queue", json!({ "QueueUrl": url })).await;
        }
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
