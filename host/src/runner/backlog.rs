//! What guests have said and the loop has not heard yet: whoever says more waits while there is too
//! much of it.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::model::Value;
use crate::scheduler::Input;

/// Bytes beyond which guests wait.
const MOST: usize = 32 << 20;
/// Bytes that each saying counts as, however short it is.
const EACH: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: AtomicUsize,
    heard: Notify,
}

impl Backlog {
    pub(super) fn add(&self, input: &Input) {
        self.bytes.fetch_add(weight(input), Ordering::Relaxed);
    }

    pub(super) fn remove(&self, input: &Input) {
        let weight = weight(input);
        let before = self.bytes.fetch_sub(weight, Ordering::Relaxed);
        if before >= MOST && before - weight < MOST {
            self.heard.notify_waiters();
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) < MOST
    }

    /// Waits until there is room.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            let mut heard = pin!(self.heard.notified());
            heard.as_mut().enable();
            if !self.has_room() {
                heard.await;
            }
        }
    }
}

/// Only what guests say at will counts.
fn weight(input: &Input) -> usize {
    let bytes = match input {
        Input::Logged { message, .. } => message.len(),
        Input::Printed { bytes, .. } => bytes.len(),
        Input::ArtifactCreated { data, .. } => Value::len(data),
        _ => return 0,
    };
    bytes + EACH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Level, RunId};

    #[tokio::test]
    async fn whoever_says_more_waits_until_it_is_heard() {
        let backlog = Backlog::default();
        let said = Input::Logged {
            run: RunId(uuid::Uuid::nil()),
            level: Level::Info,
            message: "x".repeat(MOST),
        };
        backlog.room().await;
        backlog.add(&said);
        let mut room = pin!(backlog.room());
        assert!(futures_are_pending(&mut room).await);
        backlog.remove(&said);
        room.await;
    }

    async fn futures_are_pending(room: &mut (impl Future<Output = ()> + Unpin)) -> bool {
        std::future::poll_fn(|context| {
            let polled = std::pin::Pin::new(&mut *room).poll(context);
            std::task::Poll::Ready(polled.is_pending())
        })
        .await
    }
}
