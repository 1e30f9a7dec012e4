//! Awaiting several futures at once.

use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Awaits all of them concurrently and gives their outputs in their order.
///
/// Takes [`Future`](crate::Future)s, calls of `async fn` tasks, and any other future.
pub async fn join_all<I>(futures: I) -> Vec<<I::Item as IntoFuture>::Output>
where
    I: IntoIterator<Item: IntoFuture>,
{
    let start = |future: I::Item| Member::Running(Box::pin(future.into_future()));
    let mut members: Vec<_> = futures.into_iter().map(start).collect();
    poll_fn(|context| {
        let mut all_done = true;
        for member in &mut members {
            all_done &= member.advance(context);
        }
        match all_done {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    members.into_iter().filter_map(Member::output).collect()
}

enum Member<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
}

impl<F: Future> Member<F> {
    /// Polls the future if it still runs; true when it is done.
    fn advance(&mut self, context: &mut Context<'_>) -> bool {
        if let Self::Running(future) = self
            && let Poll::Ready(output) = future.as_mut().poll(context)
        {
            *self = Self::Done(output);
        }
        matches!(self, Self::Done(_))
    }

    fn output(self) -> Option<F::Output> {
        match self {
            Self::Done(output) => Some(output),
            Self::Running(_) => None,
        }
    }
}
