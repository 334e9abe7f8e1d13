//! Batches: nothing is lost, nothing is doubled, a seed repeats.

use lrlib::datasets::Batch;
use ndarray::{Array1, Array2};

/// Row i holds i, and its file is named i; every third is of class 1.
fn counted(n: usize) -> Batch {
    let x = Array2::from_shape_fn((n, 2), |(i, _)| i as f32);
    let y = (0..n).map(|i| f32::from(u8::from(i % 3 == 0))).collect();
    Batch { paths: (0..n).map(|i| i.to_string().into()).collect(), ..Batch::new(x, y) }
}

fn rows(batch: &Batch) -> Vec<usize> {
    let rows: Vec<usize> = batch.x.column(0).iter().map(|&i| i as usize).collect();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(batch.paths[at].to_str(), Some(row.to_string().as_str()), "a row keeps its file");
        assert_eq!(batch.y[at] > 0.5, row % 3 == 0, "and its label");
    }
    rows
}

#[test]
fn shuffle_is_a_permutation_that_the_seed_repeats() {
    let batch = counted(50);
    let mut order = rows(&batch.shuffle(1));
    assert_eq!(order, rows(&batch.shuffle(1)));
    assert_ne!(order, rows(&batch.shuffle(2)));
    order.sort_unstable();
    assert_eq!(order, rows(&batch));
}

#[test]
fn split_takes_its_share_of_each_class() {
    for (n, fraction) in [(30, 0.2), (31, 0.5), (7, 0.0), (7, 1.0), (300, 0.25)] {
        let (first, second) = counted(n).split(fraction, 3);
        let ones = |batch: &Batch| batch.y.sum();
        let share = |of: f32| (of * fraction).round();
        assert_eq!(ones(&second) as usize, share(counted(n).y.sum()) as usize);
        let zeros = n as f32 - counted(n).y.sum();
        assert_eq!(second.num_samples() - ones(&second) as usize, share(zeros) as usize);
        let mut all = [rows(&first), rows(&second)].concat();
        all.sort_unstable();
        assert_eq!(all, (0..n).collect::<Vec<_>>());
    }
}

#[test]
fn mini_batches_cover_every_row_once() {
    for (n, size) in [(10, 3), (10, 5), (1, 9), (10, 1), (0, 4)] {
        let batch = counted(n);
        let pieces: Vec<Batch> = batch.mini_batches(size).collect();
        assert_eq!(pieces.len(), n.div_ceil(size));
        assert!(pieces.iter().all(|piece| piece.num_samples() <= size));
        assert_eq!(pieces.iter().flat_map(rows).collect::<Vec<_>>(), rows(&batch));
    }
}

#[test]
#[should_panic(expected = "3 rows, but 2 labels")]
fn rows_and_labels_must_agree() {
    let _ = Batch::new(Array2::zeros((3, 1)), Array1::zeros(2));
}
