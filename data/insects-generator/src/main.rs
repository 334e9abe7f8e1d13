//! Draws a stand-in for the photographs of ants and bees: `OUT/{train,val}/{ants,bees}/*.jpg`.
//!
//! ```text
//! cargo run --release -p insects -- data/insects
//! cargo run --release -p insects -- data/insects-more --more
//! ```
//!
//! The second draws smaller pictures of more classes: `OUT/{train,val}/{ants,bees,beetles,…}/*.jpg`.
//!
//! Every picture has dice of its own, thrown from the seed and the picture's name, so that the files
//! are the same byte for byte whatever the number of threads. Insects are ellipsoids, rods and wings
//! in space, seen by a camera and lit by a sun (`solid`, `limb`, `wing`, `view`); places are painted
//! around them (`plant`, `ground`, `meadow`); a lens finishes the picture (`lens`). What makes the
//! two classes hard to tell apart is said in `picture`.

mod ant;
mod bee;
mod beetle;
mod blade;
mod body;
mod butterfly;
mod canvas;
mod dice;
mod folder;
mod ground;
mod lens;
mod limb;
mod meadow;
mod noise;
mod palette;
mod picture;
mod plant;
mod solid;
mod spider;
mod vector;
mod view;
mod wing;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use clap::Parser;

/// Draw a stand-in data set of ants and bees.
#[derive(Parser)]
struct Arguments {
    /// The folder to make, for example data/insects
    out: PathBuf,
    /// Another seed draws other pictures
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Draw smaller pictures of ants, bees, beetles, butterflies, flowers and spiders
    #[arg(long, conflicts_with_all = ["train", "val"])]
    more: bool,
    /// Number of pictures to train on, both classes together
    #[arg(long, value_name = "N", default_value_t = 244)]
    train: usize,
    /// Number of pictures to validate on, both classes together
    #[arg(long, value_name = "N", default_value_t = 153)]
    val: usize,
    /// Exact width of every picture; by default sizes vary around 500 × 375
    #[arg(long, value_name = "W", requires = "height", value_parser = clap::value_parser!(u16).range(16..=4096))]
    width: Option<u16>,
    /// Exact height of every picture
    #[arg(long, value_name = "H", requires = "width", value_parser = clap::value_parser!(u16).range(16..=4096))]
    height: Option<u16>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let start = Instant::now();
    let size = arguments.width.zip(arguments.height).map(|(w, h)| (usize::from(w), usize::from(h)));
    let order = if arguments.more {
        folder::Order::of_more_classes(arguments.seed, size)
    } else {
        folder::Order::of_two_classes(arguments.seed, (arguments.train, arguments.val), size)
    };
    match folder::make(&arguments.out, &order) {
        Ok(bytes) => {
            println!(
                "wrote {} pictures, {:.1} MB, to {} in {:.1} s",
                order.len(),
                bytes as f64 / 1e6,
                arguments.out.display(),
                start.elapsed().as_secs_f64(),
            );
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
