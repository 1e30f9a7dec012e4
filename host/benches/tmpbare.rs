#[expect(dead_code, reason = "tmp")]
mod measure;
use measure::bare::Bare;
use measure::runner::{Host, INSTANCES};
use wflow_host::model::RunnerKind;
use wflow_host::wasm::{self, Compiler};
fn main() -> anyhow::Result<()> {
    let what = std::env::args().nth(1).unwrap();
    let n: u32 = std::env::args().nth(2).unwrap().parse()?;
    let guest = "../target/wasm32-wasip2/release/shapes.wasm".to_owned();
    let engine = wasm::engine(INSTANCES, None)?;
    if what == "host" {
        let host = Host::new(&engine, &guest, None, &Compiler::default())?;
        for _ in 0..4 {
            let t = std::time::Instant::now();
            host.run(
                (RunnerKind::Concurrent, 1),
                ("noops", &[("count", u64::from(n))][..]),
                |_| Ok(()),
            )?;
            println!("{:.2}", t.elapsed().as_secs_f64() * 1e6 / f64::from(n));
        }
        return Ok(());
    }
    let bare = Bare::new(&engine.engine, &guest)?;
    let threads: u32 = what.parse()?;
    for _ in 0..4 {
        let t = std::time::Instant::now();
        bare.noops(n, threads)?;
        println!("{:.2}", t.elapsed().as_secs_f64() * 1e6 / f64::from(n));
    }
    Ok(())
}
