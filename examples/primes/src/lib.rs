//! A fan-out of tasks that compute and never wait.

use wflow::prelude::*;

/// How often a part tells how far it is.
const CHUNKS: u32 = 5;

/// Counts the primes in one part of each chunk of the numbers below the limit.
#[task]
fn count_primes(part: u32, parts: u32, limit: u32) -> u32 {
    let border = |block| (u64::from(limit) * u64::from(block) / u64::from(parts * CHUNKS)) as u32;
    let mut primes = 0;
    for chunk in 0..CHUNKS {
        // The parts take turns, since larger numbers take longer.
        let block = chunk * parts + part;
        let numbers = border(block)..border(block + 1);
        let end = numbers.end;
        primes += numbers.filter(|&n| is_prime(n)).count() as u32;
        println!("part {part}: {primes} primes up to {end}");
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

/// Counts the primes below the limit.
#[flow(runner = "thread-pool")]
fn primes(#[default(15_000_000)] limit: u32, #[default(8)] parts: u32) -> Result<u32> {
    let counts = count_primes::map(0..parts, wflow::unmapped(parts), wflow::unmapped(limit));
    counts.iter().map(Future::result).sum()
}
