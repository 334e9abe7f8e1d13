//! The folder of pictures: who goes where, drawn in parallel, and all of it or nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use rayon::prelude::*;

use crate::{
    dice::Dice,
    picture::{self, Class},
};

/// JPEG quality, of 100.
const QUALITY: u8 = 90;

/// Pictures to train and to validate on, by class: a third of them bees, a third ants.
const MORE: [(Class, [usize; 2]); 6] = [
    (Class::Ants, [80, 40]),
    (Class::Bees, [80, 40]),
    (Class::Beetles, [20, 10]),
    (Class::Butterflies, [20, 10]),
    (Class::Flowers, [20, 10]),
    (Class::Spiders, [20, 10]),
];

/// The size of the pictures of more classes.
const SMALLER: (usize, usize) = (320, 240);

/// The pictures to draw.
pub struct Order {
    seed: u64,
    /// Of each class, to train and to validate on.
    counts: Vec<(Class, [usize; 2])>,
    /// The size of every picture; `None` lets it vary.
    size: Option<(usize, usize)>,
}

/// One picture's place in the data set.
struct Entry {
    split: usize,
    class: Class,
    index: usize,
}

impl Order {
    /// The classes as even as in the photographs: 123 ants and 121 bees to train on, 70 ants and 83
    /// bees to validate on, or as near as the numbers allow.
    pub fn of_two_classes(seed: u64, (train, val): (usize, usize), size: Option<(usize, usize)>) -> Self {
        let ants = |total: usize, (part, whole): (usize, usize)| (total * part + whole / 2) / whole;
        let ants = [ants(train, (123, 244)), ants(val, (70, 153))];
        let bees = [train - ants[0], val - ants[1]];
        Self { seed, counts: vec![(Class::Ants, ants), (Class::Bees, bees)], size }
    }

    /// A data set of its own, with other pictures of ants and bees than that of two classes.
    pub fn of_more_classes(seed: u64, size: Option<(usize, usize)>) -> Self {
        Self { seed: !seed, counts: MORE.to_vec(), size: size.or(Some(SMALLER)) }
    }

    /// The number of pictures.
    pub fn len(&self) -> usize {
        self.counts.iter().flat_map(|(_, counts)| counts).sum()
    }

    fn entries(&self) -> Vec<Entry> {
        let of = |split: usize, class: Class, count: usize| (0..count).map(move |index| Entry { split, class, index });
        let counts =
            |split: usize| self.counts.iter().flat_map(move |&(class, counts)| of(split, class, counts[split]));
        counts(0).chain(counts(1)).collect()
    }

    /// The bytes of one JPEG file.
    fn draw(&self, entry: &Entry) -> image::ImageResult<Vec<u8>> {
        let keys = [self.seed, entry.split as u64, entry.class as u64, entry.index as u64];
        let mut dice = Dice::new(keys);
        let (width, height) = self.size.unwrap_or_else(|| size(&mut dice));
        let picture = picture::draw(entry.class, width, height, &mut dice);
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
            &picture,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )?;
        Ok(bytes)
    }
}

impl Entry {
    fn path(&self) -> PathBuf {
        let split = ["train", "val"][self.split];
        let [class, insect] = self.class.names();
        format!("{split}/{class}/{insect}_{:05}.jpg", self.index).into()
    }
}

/// Sizes as people upload them: the long side 500, most 4 : 3 or 3 : 2, one in ten upright.
fn size(dice: &mut Dice) -> (usize, usize) {
    let short = match dice.whole(0, 9) {
        0..4 => 375,
        4..8 => 333,
        _ => dice.whole(313, 500),
    };
    if dice.chance(0.1) { (short, 500) } else { (500, short) }
}

/// Draws all pictures into a folder beside `out`, which takes its place once complete. Returns the
/// number of bytes written, or one line that says what is wrong and what to do.
pub fn make(out: &Path, order: &Order) -> Result<u64, String> {
    refuse_if_taken(out)?;
    let name = out.file_name().ok_or_else(|| format!("{}: not the name of a folder", out.display()))?;
    let partial = out.with_file_name(format!("{}.partial-{}", name.to_string_lossy(), std::process::id()));
    let result = fill(&partial, order).and_then(|bytes| {
        // An empty folder may be in the way; on some systems it would stop the renaming.
        if out.is_dir() {
            fs::remove_dir(out).map_err(|error| say(out, &error))?;
        }
        fs::rename(&partial, out).map_err(|error| say(out, &error))?;
        Ok(bytes)
    });
    if result.is_err() && partial.exists() {
        fs::remove_dir_all(&partial).map_err(|error| say(&partial, &error))?;
    }
    result
}

fn refuse_if_taken(out: &Path) -> Result<(), String> {
    let taken = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => out.exists(),
    };
    if taken {
        let remedy = "remove it first or name another folder";
        return Err(format!("{}: exists already; {remedy}", out.display()));
    }
    Ok(())
}

fn fill(folder: &Path, order: &Order) -> Result<u64, String> {
    for split in ["train", "val"] {
        for (class, _) in &order.counts {
            let path = folder.join(split).join(class.names()[0]);
            fs::create_dir_all(&path).map_err(|error| say(&path, &error))?;
        }
    }
    let write = |entry: &Entry| {
        let path = folder.join(entry.path());
        let bytes = order.draw(entry).map_err(|error| say(&path, &error))?;
        fs::write(&path, &bytes).map_err(|error| say(&path, &error))?;
        Ok(bytes.len() as u64)
    };
    order.entries().par_iter().map(write).sum()
}

fn say(path: &Path, error: &dyn std::error::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(seed: u64) -> Order {
        Order::of_two_classes(seed, (9, 4), Some((48, 40)))
    }

    /// A path for one test, with nothing there yet.
    fn fresh(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("insects-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    fn bytes(order: &Order) -> Vec<Vec<u8>> {
        order.entries().iter().map(|entry| order.draw(entry).unwrap()).collect()
    }

    #[test]
    fn the_default_counts_are_those_of_the_photographs() {
        let entries = Order::of_two_classes(0, (244, 153), None).entries();
        let count = |split, class| entries.iter().filter(|e| e.split == split && e.class == class).count();
        assert_eq!((count(0, Class::Ants), count(0, Class::Bees)), (123, 121));
        assert_eq!((count(1, Class::Ants), count(1, Class::Bees)), (70, 83));
    }

    #[test]
    fn a_seed_decides_every_byte() {
        assert_eq!(bytes(&small(7)), bytes(&small(7)));
        assert_ne!(bytes(&small(7)), bytes(&small(8)));
    }

    #[test]
    fn the_threads_do_not_matter() {
        let order = small(7);
        let drawn = bytes(&order);
        let parallel: Vec<_> = order.entries().par_iter().map(|entry| order.draw(entry).unwrap()).collect();
        assert_eq!(drawn, parallel);
    }

    #[test]
    fn folders_hold_what_was_ordered_and_nothing_is_left_beside() {
        let root = fresh("counts");
        make(&root.join("set"), &small(7)).unwrap();
        let set = root.join("set");
        let counts = ["train/ants", "train/bees", "val/ants", "val/bees"].map(|path| count(&set.join(path)));
        assert_eq!(counts, [5, 4, 2, 2]);
        assert_eq!(count(&root), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn more_classes_are_other_pictures_and_a_third_of_them_bees() {
        let order = Order::of_more_classes(0, Some((48, 40)));
        let entries = order.entries();
        let bees = entries.iter().filter(|entry| entry.class == Class::Bees).count();
        assert_eq!((order.len(), entries.len(), bees), (360, 360, 120));
        let two = Order::of_two_classes(0, (2, 0), Some((48, 40)));
        assert_ne!(order.draw(&entries[0]).unwrap(), two.draw(&two.entries()[0]).unwrap());
        let folders: Vec<_> = MORE.iter().map(|(class, _)| class.names()[0]).collect();
        assert!(folders.is_sorted());
    }

    #[test]
    fn a_folder_in_use_is_left_alone() {
        let root = fresh("taken");
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("mine.txt"), "keep").unwrap();
        let message = make(&root, &small(7)).unwrap_err();
        assert!(message.contains("exists already") && message.contains("insects-taken"), "{message}");
        assert_eq!(count(&root), 1);
        fs::remove_dir_all(root).unwrap();
    }
}
