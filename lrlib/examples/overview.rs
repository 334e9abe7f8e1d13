//! Draws the README's picture, on the stand-in: `cargo run --release --example overview notebooks/overview.jpg`.

use lrlib::{
    Result, datasets, metrics, nn, plot, train,
    transforms::{self, Transform as _},
};

/// The samples that are shown: two ants, two bees.
const SHOWN: [usize; 4] = [13, 40, 130, 166];

fn main() -> Result<()> {
    let Some(path) = std::env::args().nth(1) else {
        return Err(lrlib::Error::Config("usage: overview FILE".into()));
    };
    let transform = transforms::Compose::new().then(transforms::Resize(224)).then(transforms::CenterCrop(224));
    let folder = datasets::ImageFolder::new("data/insects/train")?;
    let data = folder.load(&transform)?;
    let val = datasets::ImageFolder::new("data/insects/val")?.load(&transform)?;
    let mut samples = Vec::new();
    for at in SHOWN {
        let (picture, label) = folder.get(at)?;
        samples.push((transform.apply(picture), folder.classes()[label].clone()));
    }
    let mut model = nn::LogisticRegression::new(data.num_features());
    let history = train::fit(&mut model, &data, Some(&val), &train::TrainConfig::default())?;
    plot::grid(&samples, 4, "Ants and bees of the stand-in")?
        .above(&plot::history(&history, metrics::majority_baseline(&val.y))?)
        .above(&plot::weights(&model.weight, 224, 224, folder.classes())?)
        .save(path)
}
