//! The training loop on many machines.

use super::{
    by_samples::BySamples,
    columns::Columns,
    split::Split,
    survey::{check, gather_fingerprint, labels, rows},
    world::World,
};
use crate::{
    datasets::Batch,
    error::Result,
    nn::LogisticRegression,
    train::{Exchange as _, FitError, History, Method, Run, Steps, TrainConfig, make_steps, whole},
};

/// Trains `model` on the samples of all ranks, as [`train::fit`](crate::train::fit) trains on those of one.
///
/// Each rank calls this with its own samples, at least one to train on and one to validate on, and with the same model and
/// settings. All get the history and the model that one process would have got with all samples, rank by rank, up to
/// rounding. Rank 0 prints and writes the checkpoint, from which a run can go on with another number of ranks.
///
/// Without a `split` the one that costs least is taken, or what `config.method` asks for; which one it was is returned too.
///
/// # Errors
/// Those of [`train::fit`](crate::train::fit), and [`Error::Config`](crate::Error::Config) if the ranks differ in their
/// settings, or mini-batches or a card are asked for. All ranks get the same error, unless it is about a file: then only
/// one does, and must call [`World::abort`], because the others wait for it.
pub fn fit(
    world: &World,
    model: &mut LogisticRegression,
    (train, val): (&Batch, Option<&Batch>),
    config: &TrainConfig,
    split: Option<Split>,
) -> std::result::Result<(History, Split), FitError> {
    check(world, model, train, val, config).map_err(|error| FitError { history: History::default(), error })?;
    let (rows, val_rows) = (rows(world, train), val.map_or_else(Vec::new, |val| rows(world, val)));
    let (n, m, d) = (rows.iter().sum(), val_rows.iter().sum(), model.num_features());
    let choose = || match config.method {
        Some(Method::SampleSpace) => Split::Gram,
        None if config.l1 <= 0.0 => Split::choose([n, m, d], world.size(), config.epochs),
        _ => Split::cheapest(&Split::ALL[..2], [n, m, d], world.size(), config.epochs),
    };
    let split = split.unwrap_or_else(choose);
    let method = Some(if split == Split::Gram { Method::SampleSpace } else { Method::FeatureSpace });
    let config = TrainConfig { method, ..config.clone() };
    // A checkpoint is that of one process with all samples.
    let fingerprint = |batch: Option<&Batch>| batch.map_or("none".into(), |batch| gather_fingerprint(world, batch));
    let checksums = config.checkpoint.as_ref().map(|_| [fingerprint(Some(train)), fingerprint(val)]);
    let identity = |run: &Run<'_>| checksums.as_ref().map(|[train, val]| run.identity(train, val)).unwrap_or_default();

    let outcome = if split == Split::Samples {
        let (columns, val_y) = (Columns { world, mine: None }, val.map(|val| labels(world, val)));
        let mut run = Run::new(model, train, val, &config);
        run.exchange = Some(&columns);
        run.val_y = val_y.as_deref();
        run.identity = identity(&run);
        finish(whole(&mut run, |_| Ok(Box::new(BySamples { world, n }) as Box<dyn Steps>)), run.history)
    } else {
        let part = |batch: &Batch, rows| Batch::new(world.columns(&batch.x, rows), labels(world, batch));
        let (train, val) = (part(train, &rows), val.map(|val| part(val, &val_rows)));
        let columns = Columns { world, mine: Some(world.share(d)) };
        let mut own = LogisticRegression { weight: columns.part(&model.weight), ..*model };
        let mut run = Run::new(&mut own, &train, val.as_ref(), &config);
        run.exchange = Some(&columns);
        run.identity = identity(&run);
        let outcome = finish(whole(&mut run, make_steps), run.history);
        if outcome.as_ref().err().is_none_or(|error| error.error.path().is_none()) {
            *model = LogisticRegression { weight: columns.gather(&own.weight), ..own };
        }
        outcome
    };
    outcome.map(|history| (history, split))
}

fn finish(outcome: Result<()>, history: History) -> std::result::Result<History, FitError> {
    match outcome {
        Ok(()) => Ok(history),
        Err(error) => Err(FitError { history, error }),
    }
}
