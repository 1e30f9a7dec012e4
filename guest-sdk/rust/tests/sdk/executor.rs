//! The executor with timers and foreign wakers; runs need a host.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use wflow::__private::block_on;
use wflow::{join_all, sleep};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Runs the future and gives its output and how long it took.
fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let start = Instant::now();
    let output = block_on(future).expect("it ends");
    (output, start.elapsed())
}

#[test]
fn sleeps_take_as_long_as_the_longest() {
    let nap = |length| async move {
        sleep(ms(length)).await;
        length
    };
    let (outputs, elapsed) = timed(join_all([80, 20, 50].map(nap)));
    assert_eq!(outputs, [80, 20, 50]);
    assert!(elapsed >= ms(80) && elapsed < ms(150), "{elapsed:?}");
}

#[test]
fn a_sleep_that_is_dropped_keeps_nobody() {
    drop(block_on(poll_fn(|context| {
        let mut long = Box::pin(sleep(Duration::from_secs(3600)));
        assert!(long.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })));
    let ((), elapsed) = timed(sleep(ms(10)));
    assert!(elapsed < Duration::from_secs(60), "{elapsed:?}");
}

#[test]
fn futures_wake_each_other() {
    let (waker, sent) = (Cell::new(None::<Waker>), Cell::new(None));
    let receive = async {
        poll_fn(|context| {
            waker.set(Some(context.waker().clone()));
            sent.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    };
    let send = async {
        sleep(ms(5)).await;
        sent.set(Some(42));
        waker.take().expect("the receiver was polled").wake();
        0
    };
    let futures: [std::pin::Pin<Box<dyn Future<Output = i32>>>; 2] =
        [Box::pin(receive), Box::pin(send)];
    let (outputs, _) = timed(join_all(futures));
    assert_eq!(outputs, [42, 0]);
}

#[test]
fn waiting_for_nothing_is_a_failure() {
    let failure = block_on(pending::<()>()).expect_err("it cannot end");
    assert!(failure.message().contains("waits for ever"), "{failure}");
    assert!(!failure.is_retryable());
}

#[test]
fn joining_nothing_ends_at_once() {
    let (outputs, _) = timed(join_all(std::iter::empty::<std::future::Ready<()>>()));
    assert_eq!(outputs, []);
}
