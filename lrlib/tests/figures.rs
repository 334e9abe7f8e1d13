//! Figures: their sizes, their grounds, their words.

use std::fs;

use image::RgbImage;
use lrlib::{
    plot,
    train::{Epoch, History},
};
use ndarray::Array1;
use tempfile::tempdir;

fn history() -> History {
    let epoch = |epoch: usize| Epoch {
        epoch,
        loss: 0.7 - epoch as f32 / 10.0,
        train_accuracy: 0.5 + epoch as f32 / 10.0,
        val_loss: Some(0.69),
        val_accuracy: Some(0.5),
    };
    History { epochs: (0..3).map(epoch).collect(), ..Default::default() }
}

#[test]
fn a_saved_figure_is_an_opaque_png_of_its_size() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("history.png");
    let figure = plot::history(&history(), 0.5425).expect("drawn");
    figure.save(&path).expect("saved");
    let image = image::open(&path).expect("a PNG");
    assert_eq!((image.width(), image.height()), figure.size());
    assert_eq!(figure.size(), (2 * 960, 2 * 400), "twice what it takes on a page");
    let image = image.into_rgb8();
    assert_eq!(image.get_pixel(0, 0).0, [255; 3], "the ground is white");
    assert!(image.pixels().any(|pixel| pixel.0 == [0, 114, 178]), "and a line is drawn on it");
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
}

#[test]
fn words_say_what_a_figure_shows() {
    let figure = plot::history(&history(), 0.5425).expect("drawn");
    assert_eq!(
        figure.alt(),
        "Loss over 3 epochs: train falls from 0.7000 to 0.5000. Accuracy in %: train rises from 50.0000 to 70.0000; \
         val stays at 50.0000; majority baseline stays at 54.2500"
    );
}

#[test]
fn pictures_keep_their_pixels() {
    let red = RgbImage::from_pixel(224, 224, [200, 10, 20].into());
    let count = |image: &RgbImage| image.pixels().filter(|pixel| pixel.0 == [200, 10, 20]).count();
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("figure.png");
    plot::image(&red, "an ant").expect("drawn").save(&path).expect("saved");
    assert_eq!(count(&image::open(&path).expect("a PNG").into_rgb8()), 2 * 224 * 2 * 224);
    let three = vec![(red.clone(), "ant".into()), (red.clone(), "bee".into()), (red, "ant".into())];
    let grid = plot::grid(&three, 2, "Samples").expect("drawn");
    assert_eq!(grid.alt(), "Samples: 3 pictures: ant; bee; ant");
    grid.save(&path).expect("saved");
    assert_eq!(count(&image::open(&path).expect("a PNG").into_rgb8()), 3 * 2 * 224 * 2 * 224);
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let classes = ["ants".into(), "bees".into()];
    assert!(plot::weights(&Array1::zeros(11), 2, 2, &classes).is_err());
    assert!(plot::weights(&Array1::zeros(12), 2, 2, &classes).is_ok());
    assert!(plot::history(&History::default(), 0.5).is_err());
    assert!(plot::lines("t", "x", "y", &[("nan", vec![(0.0, f32::NAN)])]).is_err());
    assert!(plot::lines("t", "x", "y", &[("point", vec![(0.0, 1.0)])]).is_ok());
    assert!(plot::grid(&[], 3, "none").is_err());
}

#[test]
fn pictures_keep_their_aspect_and_large_ones_are_shrunk() {
    let colour = [200, 10, 20];
    let picture = |width, height| RgbImage::from_pixel(width, height, colour.into());
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("figure.png");
    // Width and height of what is drawn, in pixels of the page.
    let drawn = |figure: &plot::Figure| {
        figure.save(&path).expect("saved");
        let image = image::open(&path).expect("a PNG").into_rgb8();
        let is_picture = |(_, _, pixel): &(u32, u32, &image::Rgb<u8>)| pixel.0 == colour;
        let (xs, ys): (Vec<u32>, Vec<u32>) =
            image.enumerate_pixels().filter(is_picture).map(|(x, y, _)| (x, y)).unzip();
        let length = |at: &[u32]| (at.iter().max().expect("some") - at.iter().min().expect("some")).div_ceil(2);
        (length(&xs), length(&ys))
    };
    let one = |width, height| plot::image(&picture(width, height), "a picture").expect("drawn");
    for (size, expected) in
        [((223, 100), (223, 100)), ((112, 56), (224, 112)), ((500, 375), (500, 375)), ((1, 1), (224, 224))]
    {
        assert_eq!(drawn(&one(size.0, size.1)), expected, "{size:?}");
        assert!(!one(size.0, size.1).alt().contains("shown at"));
    }
    // A photograph of 12 megapixels.
    let large = one(4000, 3000);
    assert_eq!(drawn(&large), (720, 540));
    assert_eq!(large.alt(), "a picture: a picture of 4000 × 3000 pixels, shown at 720 × 540");
    assert!(large.size().0 <= 1500 && large.size().1 <= 1200);
    let grid = plot::grid(&[(picture(500, 375), "wide".into())], 1, "one").expect("drawn");
    assert_eq!(drawn(&grid), (224, 168));
    let empty = plot::image(&RgbImage::new(0, 5), "nothing").expect_err("no pixels").to_string();
    assert!(empty.contains("0 × 5 pixels"), "{empty}");
}

#[test]
fn the_tiniest_and_the_largest_numbers_can_be_drawn() {
    for values in [[1e-45, 3e-45], [0.0, 1e-40], [-f32::MAX, f32::MAX], [f32::MIN_POSITIVE, 1.0], [1e-38, 2e-38]] {
        let points: Vec<(f32, f32)> = values.iter().map(|&value| (value, value)).collect();
        assert!(plot::lines("t", "x", "y", &[("line", points)]).is_ok(), "{values:?}");
    }
    let classes = ["ants".into(), "bees".into()];
    let mut weight = Array1::zeros(12);
    weight[3] = f32::INFINITY;
    assert!(plot::weights(&weight, 2, 2, &classes).expect_err("infinite").to_string().contains("finite numbers"));
}
