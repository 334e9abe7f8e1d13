//! Batches from files: the same numbers as from memory, and nothing lost.

use std::fs;

use image::{Rgb, RgbImage};
use lrlib::{
    datasets::{Batch, DataLoader, ImageFolder},
    nn::LogisticRegression,
    optim::Sgd,
    train::{TrainConfig, fit},
    transforms::{Compose, Transform},
};
use tempfile::{TempDir, tempdir};

/// Ten pictures of 4 × 4 pixels, no two alike.
fn pictures() -> TempDir {
    let root = tempdir().expect("a folder");
    for (class, level) in [("ants", 20), ("bees", 120)] {
        fs::create_dir(root.path().join(class)).expect("made");
        for i in 0..5 {
            let picture = RgbImage::from_fn(4, 4, |x, y| Rgb([level + 20 * i, 9 * x as u8, 7 * y as u8]));
            picture.save(root.path().join(class).join(format!("{i}.png"))).expect("saved");
        }
    }
    root
}

#[test]
fn training_from_files_is_training_from_memory() {
    let root = pictures();
    let folder = ImageFolder::new(root.path()).expect("two classes");
    let train = folder.load(&Compose::new()).expect("loaded");
    let (batch_size, seed, learning_rate) = (Some(3), 5, 0.1);
    let mut expected = LogisticRegression::new(48);
    let config = TrainConfig { epochs: 4, batch_size, seed, learning_rate, ..Default::default() };
    fit(&mut expected, &train, None, &config).expect("it trains");

    let loader = DataLoader::new(folder, Compose::new(), 3).expect("a picture").shuffle(seed);
    let mut model = LogisticRegression::new(48);
    for epoch in 0..4 {
        let batches: Vec<Batch> = loader.epoch(epoch).collect::<Result<_, _>>().expect("decoded");
        assert_eq!(batches.iter().map(Batch::num_samples).collect::<Vec<_>>(), [3, 3, 3, 1]);
        for batch in batches {
            let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
            Sgd::new(learning_rate).step(&mut model, &grads);
        }
    }
    assert!(model == expected, "{model:?} is not {expected:?}");
}

#[test]
fn it_stops_when_dropped_and_at_a_broken_picture() {
    let root = pictures();
    let folder = || ImageFolder::new(root.path()).expect("two classes");
    let loader = DataLoader::new(folder(), Compose::new(), 2).expect("a picture");
    assert!(loader.epoch(0).next().expect("a batch").is_ok());
    fs::write(root.path().join("ants/4.png"), "no picture").expect("written");
    let batches: Vec<_> = loader.epoch(0).collect();
    assert_eq!(batches.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
    let error = batches[2].as_ref().expect_err("broken").to_string();
    assert!(error.contains("4.png") && error.lines().count() == 1, "{error}");
    fs::write(root.path().join("ants/0.png"), "no picture").expect("written");
    let error = DataLoader::new(folder(), Compose::new(), 2).expect_err("broken").to_string();
    assert!(error.contains("0.png"), "{error}");
}

#[test]
#[should_panic = "a mistake in a transform"]
fn a_panic_in_a_transform_is_no_end() {
    struct Mistaken;
    impl Transform for Mistaken {
        fn apply(&self, image: RgbImage) -> RgbImage {
            assert!(image.get_pixel(0, 0).0[0] < 120, "a mistake in a transform");
            image
        }
    }
    let root = pictures();
    let folder = ImageFolder::new(root.path()).expect("two classes");
    let loader = DataLoader::new(folder, Mistaken, 2).expect("the first is an ant");
    loader.epoch(0).for_each(drop);
}
