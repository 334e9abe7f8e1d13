//! What every rank needs to know of the samples of all.

use ndarray::Array1;

use super::world::World;
use crate::{
    datasets::{
        Batch,
        fingerprint::{fingerprint, row_checksums},
    },
    error::{Error, Result, ensure},
    fast::Device,
    nn::LogisticRegression,
    train::TrainConfig,
};

/// Returns the number of samples of each rank.
pub(super) fn rows(world: &World, batch: &Batch) -> Vec<usize> {
    world.gather(&[batch.num_samples() as u64]).into_iter().map(|rows| rows as usize).collect()
}

/// Returns the labels of all samples, rank by rank.
pub(super) fn labels(world: &World, batch: &Batch) -> Array1<f32> {
    world.gather(&batch.y.to_vec()).into()
}

/// Returns the fingerprint of a batch with all samples.
pub(super) fn gather_fingerprint(world: &World, batch: &Batch) -> String {
    fingerprint(&world.gather(&row_checksums(&batch.x)), batch.num_features(), &labels(world, batch))
}

/// Checks that all ranks have the same settings, and good samples; all get the same error.
pub(super) fn check(
    world: &World,
    model: &LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
) -> Result<()> {
    let own = || {
        let served = config.batch_size.is_none() && config.device == Device::Cpu;
        ensure(served, "ranks take steps with the full batch on processors: leave out batch_size and device")?;
        config.check(model, train, val)?;
        let (d, ranks) = (train.num_features(), world.size());
        ensure(ranks <= d, format!("{d} features are too few for {ranks} ranks: start at most {d}"))?;
        let is_finite = |batch: &Batch| batch.x.iter().all(|number| number.is_finite());
        ensure(is_finite(train) && val.is_none_or(is_finite), "the features must be finite numbers")
    };
    // A line each, empty where all is well.
    let line = own().map_or_else(|error| format!("rank {}: {error}\n", world.rank()), |()| "\n".into());
    let lines = world.gather(line.as_bytes());
    if let Some(first) = String::from_utf8_lossy(&lines).lines().find(|line| !line.is_empty()) {
        return Err(Error::Config(first.into()));
    }
    let settings = format!("{config:?} {:?} {:?} {}", model.weight.to_vec(), model.bias, val.is_some());
    let checksums = world.gather(&[crc32fast::hash(settings.as_bytes())]);
    let other = checksums.iter().position(|&checksum| checksum != checksums[0]);
    let problem =
        |rank| format!("rank {rank} has other settings or another model than rank 0: start all with the same");
    other.map_or(Ok(()), |rank| Err(Error::Config(problem(rank))))
}
