//! Draws digits in MNIST's format: `OUT/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz`.
//!
//! ```text
//! cargo run --release -p digits -- data/digits
//! ```
//!
//! Every picture has dice of its own, thrown from its place in the data set. A digit is a few strokes in
//! one of several styles (`glyph`), bent and leaned by a hand (`hand`), and drawn by a pen and a scanner
//! (`ink`). Only additions, multiplications, divisions and square roots are used, which are the same
//! on all systems, so the files are the same byte for byte everywhere.

mod dice;
mod glyph;
mod hand;
mod idx;
mod ink;

use std::{env, fs, io, path::Path, process::ExitCode, time::Instant};

use dice::Dice;

/// Pictures of each digit to train on, and to test with.
const COUNTS: [usize; 2] = [600, 200];

/// How the files' names begin.
const NAMES: [&str; 2] = ["train", "t10k"];

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [out] = &arguments[..] else {
        eprintln!("usage: digits OUT");
        return ExitCode::from(2);
    };
    let (out, start) = (Path::new(out), Instant::now());
    match make(out, COUNTS) {
        Ok(bytes) => {
            let (count, seconds) = (10 * COUNTS.iter().sum::<usize>(), start.elapsed().as_secs_f64());
            println!("wrote {count} digits, {:.1} MB, to {} in {seconds:.1} s", bytes as f64 / 1e6, out.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}: {error}; remove it first or name another folder", out.display());
            ExitCode::FAILURE
        }
    }
}

/// Writes the four files into a new folder, with so many pictures of each digit to train on and to
/// test with. Returns the number of bytes.
fn make(out: &Path, counts: [usize; 2]) -> io::Result<usize> {
    fs::create_dir(out)?;
    let mut bytes = 0;
    for split in 0..2 {
        let (pixels, labels) = draw(split, counts[split]);
        let size = [labels.len(), ink::SIDE, ink::SIDE];
        for (kind, file) in
            [("images-idx3", idx::pack(&size, &pixels)?), ("labels-idx1", idx::pack(&size[..1], &labels)?)]
        {
            fs::write(out.join(format!("{}-{kind}-ubyte.gz", NAMES[split])), &file)?;
            bytes += file.len();
        }
    }
    Ok(bytes)
}

/// Draws `count` pictures of each digit, in random order. Returns their pixels and their labels.
fn draw(split: usize, count: usize) -> (Vec<u8>, Vec<u8>) {
    let mut order: Vec<(u8, usize)> = (0..10).flat_map(|digit| (0..count).map(move |index| (digit, index))).collect();
    Dice::new([split, usize::MAX, 0]).shuffle(&mut order);
    let picture = |&(digit, index): &(u8, usize)| {
        let mut dice = Dice::new([split, digit.into(), index]);
        let strokes = hand::write(&glyph::strokes(dice.pick(glyph::styles(digit))), &mut dice);
        ink::draw(&strokes, &mut dice)
    };
    (order.iter().flat_map(picture).collect(), order.iter().map(|(digit, _)| *digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_decide_every_pixel() {
        assert_eq!(draw(0, 3), draw(0, 3));
        assert_ne!(draw(0, 3), draw(1, 3), "no picture to test with is one to train on");
    }

    #[test]
    fn every_digit_is_there_equally_often_and_in_no_order() {
        let (pixels, labels) = draw(0, 20);
        assert_eq!(pixels.len(), 200 * 28 * 28);
        let mut sorted = labels.clone();
        sorted.sort_unstable();
        assert!(sorted.chunks(20).map(|chunk| [chunk[0], chunk[19]]).eq((0..10).map(|digit| [digit; 2])));
        let repeated = labels.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert!(repeated < 50, "of 199 neighbours about 19 are equal, not {repeated}");
    }

    #[test]
    fn every_picture_shows_a_digit_and_at_most_its_tip_touches_the_edge() {
        let (pixels, labels) = draw(0, 50);
        for (picture, label) in pixels.chunks(28 * 28).zip(labels) {
            let dark = |pixel: &&u8| **pixel > 100;
            let ink = picture.iter().filter(dark).count();
            assert!((20..350).contains(&ink), "a {label} of {ink} pixels");
            let is_edge = |at: usize| [0, 27].contains(&(at % 28)) || [0, 27].contains(&(at / 28));
            let cut = picture.iter().enumerate().filter(|(at, pixel)| is_edge(*at) && dark(pixel)).count();
            assert!(cut <= 3, "a {label} with {cut} pixels on the edge");
        }
    }

    #[test]
    fn a_folder_that_is_there_is_left_alone() {
        let out = env::temp_dir().join(format!("digits-{}", std::process::id()));
        let bytes = make(&out, [2, 1]).expect("a new folder");
        let files: Vec<_> = fs::read_dir(&out).expect("listed").map(|entry| entry.expect("one").path()).collect();
        assert_eq!(files.len(), 4);
        assert_eq!(files.iter().map(|file| fs::metadata(file).expect("there").len() as usize).sum::<usize>(), bytes);
        assert_eq!(make(&out, [2, 1]).expect_err("it is there").kind(), io::ErrorKind::AlreadyExists);
        fs::remove_dir_all(out).expect("removed");
    }
}
