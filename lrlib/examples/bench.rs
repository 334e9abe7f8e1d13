//! Our side of `ci/bench`: does one piece of work several times and prints the seconds of each, as JSON.

use std::{env, error::Error, hint::black_box, time::Instant};

use lrlib::{
    Batch, CenterCrop, Compose, ImageFolder, LogisticRegression, Resize, TrainConfig, accuracy, binary_cross_entropy,
    fit,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [data, row, runs] = arguments.as_slice() else { return Err("usage: bench DATA ROW RUNS".into()) };
    let load = || -> lrlib::Result<(Batch, Batch)> {
        let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
        let split = |name: &str| ImageFolder::new(format!("{data}/{name}"))?.load(&transform);
        Ok((split("train")?, split("val")?))
    };
    let (train, val) = load()?;
    let work: Box<dyn Fn() -> lrlib::Result<()>> = match row.as_str() {
        "load" => Box::new(|| load().map(|batches| drop(black_box(batches)))),
        "fit" => Box::new(|| run_fit(&train, &val, 100)),
        "loop" => Box::new(|| {
            written_out(&train, &val);
            Ok(())
        }),
        "tutorial" => Box::new(|| load().and_then(|(train, val)| run_fit(&train, &val, 100))),
        "bandwidth" => Box::new(|| {
            black_box(LogisticRegression::new(train.num_features()).logits(&train.x));
            Ok(())
        }),
        _ => return Err(format!("no row {row}: load, fit, loop, tutorial or bandwidth").into()),
    };
    work()?;
    let seconds = (0..runs.parse()?).map(|_| {
        let start = Instant::now();
        work()?;
        Ok(start.elapsed().as_secs_f64())
    });
    println!("{:?}", seconds.collect::<lrlib::Result<Vec<_>>>()?);
    Ok(())
}

fn run_fit(train: &Batch, val: &Batch, epochs: usize) -> lrlib::Result<()> {
    let mut model = LogisticRegression::new(train.num_features());
    let history = fit(&mut model, train, Some(val), &TrainConfig { epochs, ..Default::default() })?;
    black_box((model, history));
    Ok(())
}

/// The loop as the tutorial writes it: forward, loss, backward, step, and the accuracy on val.
fn written_out(train: &Batch, val: &Batch) {
    let mut model = LogisticRegression::new(train.num_features());
    for _ in 0..100 {
        let y_hat = model.forward(&train.x);
        black_box((binary_cross_entropy(&y_hat, &train.y), accuracy(&y_hat, &train.y)));
        let grads = model.backward(&train.x, &y_hat, &train.y);
        model.step(&grads, 1e-4);
        black_box(accuracy(&model.forward(&val.x), &val.y));
    }
}
