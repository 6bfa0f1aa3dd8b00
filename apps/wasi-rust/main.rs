// SPDX-License-Identifier: MIT
//
// An ordinary Rust program: output, environment, waiting, and the file $FROM copied to $TO.

use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    println!("Hello {} from Rust", std::env::var("NAME").unwrap_or("you".into()));
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    println!("20 ms were not too short: {}", start.elapsed() >= Duration::from_millis(20));
    if let (Ok(from), Ok(to)) = (std::env::var("FROM"), std::env::var("TO")) {
        println!("copied {} bytes", std::fs::copy(from, to)?);
    }
    Ok(())
}
