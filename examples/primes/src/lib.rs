//! A fan-out of tasks that compute and never wait.

use wflow::prelude::*;

const PARTS: u32 = 8;
const STEPS: u32 = 5;

/// Counts the primes in every eighth block of the numbers up to the limit, and prints how far it is.
#[task]
fn count_primes(part: u32, limit: u32) -> u32 {
    let block = limit / (PARTS * STEPS);
    let mut primes = 0;
    for step in 0..STEPS {
        let from = (step * PARTS + part) * block;
        primes += (from..from + block).filter(|&n| is_prime(n)).count() as u32;
        println!("part {part}: {primes} primes after step {}", step + 1);
    }
    primes
}

/// Trial division, deliberately plain.
fn is_prime(n: u32) -> bool {
    n >= 2
        && (2..)
            .take_while(|d| d * d <= n)
            .all(|d| !n.is_multiple_of(d))
}

/// Counts the primes below a limit that is a multiple of 40, in eight task runs.
#[flow]
fn primes(limit: u32) -> Result<u32> {
    let parts: Vec<_> = (0..PARTS)
        .map(|part| count_primes::submit(part, limit))
        .collect();
    parts.iter().map(Future::result).sum()
}
