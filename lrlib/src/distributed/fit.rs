//! The training loop on many machines.

use super::{
    by_samples::BySamples,
    columns::Columns,
    split::Split,
    survey::{Survey, check},
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
/// Each rank calls this with its own samples, at least one of each kind, and with the same model and settings. All get the
/// history and the model that one process would have got with all samples, rank by rank, up to rounding. Rank 0 prints and
/// writes the checkpoint, from which a run can go on with another number of ranks.
///
/// Without a `split` the one that costs least is taken; which one it was is returned too.
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
    let (all, all_val) = (Survey::new(world, train), val.map(|val| Survey::new(world, val)));
    let (n, m, d) = (all.y.len(), all_val.as_ref().map_or(0, |all| all.y.len()), model.num_features());
    let choose = || match config.method {
        Some(Method::SampleSpace) => Split::Gram,
        None if config.l1 <= 0.0 => Split::choose([n, m, d], world.size(), config.epochs),
        _ => Split::cheapest(&Split::ALL[..2], [n, m, d], world.size(), config.epochs),
    };
    let split = split.unwrap_or_else(choose);
    let method = Some(if split == Split::Gram { Method::SampleSpace } else { Method::FeatureSpace });
    let config = TrainConfig { method, ..config.clone() };
    let checksums = (&*all.fingerprint, all_val.as_ref().map_or("none", |all| &*all.fingerprint));

    let outcome = if split == Split::Samples {
        let columns = Columns { world, mine: None };
        let mut run = Run::new(model, train, val, &config);
        run.exchange = Some(&columns);
        run.val_y = all_val.as_ref().map(|all| &*all.y);
        run.identity = run.identity(checksums.0, checksums.1);
        let first: usize = all.rows[..world.rank()].iter().sum();
        let steps = BySamples { world, y: &all.y, mine: first..first + train.num_samples() };
        finish(whole(&mut run, |_| Ok(Box::new(steps) as Box<dyn Steps>)), run.history)
    } else {
        let part = |batch: &Batch, all: &Survey| Batch::new(world.columns(&batch.x, &all.rows), all.y.clone());
        let (train, val) = (part(train, &all), val.zip(all_val.as_ref()).map(|(val, all)| part(val, all)));
        let columns = Columns { world, mine: Some(world.share(d)) };
        let mut own = LogisticRegression { weight: columns.part(&model.weight), ..*model };
        let mut run = Run::new(&mut own, &train, val.as_ref(), &config);
        run.exchange = Some(&columns);
        run.identity = run.identity(checksums.0, checksums.1);
        let outcome = finish(whole(&mut run, make_steps), run.history);
        if outcome.as_ref().err().is_none_or(|error| error.error.path().is_none()) {
            *model = LogisticRegression { weight: world.gather(&own.weight.to_vec()).into(), ..own };
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
