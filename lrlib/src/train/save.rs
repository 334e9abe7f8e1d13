//! A run in a file: the model, its history so far, and what it needs to go on.

use super::{checkpoint::Checkpoint, history::Epoch, run::Run};
use crate::{
    error::{Error, Result},
    files::safetensors::{Contents, write_tensors},
};

impl Run<'_> {
    /// Returns the settings and the checksums of the data: a checkpoint is continued only if all are the same.
    pub(crate) fn identity(&self, train: &str, val: &str) -> String {
        let c = self.config;
        let bias = if self.model.bias.is_some() { "with" } else { "without" };
        [
            format!("a run on train {train}, val {val}, {bias} bias, learning rate {:?}", c.learning_rate),
            format!("schedule {:?}, warm-up {}, momentum {:?}", c.schedule, c.warm_up, c.momentum),
            format!("nesterov {}, weight decay {:?}, L1 {:?}", c.nesterov, c.weight_decay, c.l1),
            format!("pos weight {:?}, batch size {:?}, seed {}", c.pos_weight, c.batch_size, c.seed),
            format!("early stopping {:?}", c.early_stopping),
        ]
        .join(", ")
    }

    /// Writes the checkpoint, if there is one.
    pub(super) fn save(&self) -> Result<()> {
        let Self { config, history, identity, .. } = self;
        let Some(checkpoint) = &config.checkpoint else { return Ok(()) };
        let (model, best, velocity) = self.in_training(|exchange, part| exchange.gather(part));
        if !self.is_first() {
            return Ok(());
        }
        let or_nan = |value: Option<f32>| value.unwrap_or(f32::NAN);
        let of_epoch = |e: &Epoch| [e.loss, e.train_accuracy, or_nan(e.val_loss), or_nan(e.val_accuracy)];
        let numbers = history.epochs.iter().flat_map(of_epoch).collect();
        let mut tensors = model.tensors_in_training(best.as_ref(), velocity.as_ref());
        tensors.push(("epochs".into(), vec![history.epochs.len(), 4], numbers));
        write_tensors(&checkpoint.path, identity, &tensors)
    }

    /// Goes to where the checkpoint left the run, if there is a file. The run is unchanged where that fails.
    pub(super) fn restore(&mut self) -> Result<()> {
        let Some(Checkpoint { path, .. }) = &self.config.checkpoint else { return Ok(()) };
        let (mut model, mut best, mut velocity) = self.in_training(|exchange, part| exchange.gather(part));
        let Some(contents) = Contents::read_with_note(path, &self.identity)? else { return Ok(()) };
        let numbers = contents.numbers(path, "epochs")?.unwrap_or_default();
        let saved = numbers.as_chunks().0;
        let (there, asked) = (saved.len(), self.config.epochs);
        let problem =
            format!("it has {there} epochs, more than the {asked} asked for; raise epochs, or remove the file");
        if there > asked {
            return Err(Error::model(path, problem));
        }
        model.read_in_training(&mut best, &mut velocity, path, &contents)?;
        (*self.model, self.best, self.optimizer.velocity) = (model, best, velocity);
        let parts = self.in_training(|exchange, whole| exchange.part(whole));
        (*self.model, self.best, self.optimizer.velocity) = parts;
        let epochs = (0..).zip(saved).map(|(epoch, &[loss, train_accuracy, val_loss, val_accuracy])| {
            let or_none = |value| (!f32::is_nan(val_accuracy)).then_some(value);
            let (val_loss, val_accuracy) = (or_none(val_loss), or_none(val_accuracy));
            Epoch { epoch, loss, train_accuracy, val_loss, val_accuracy }
        });
        self.history.epochs = epochs.collect();
        Ok(())
    }
}
