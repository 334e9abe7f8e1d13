//! One photograph: a place, a light, an insect or a few, and a camera.
//!
//! # How hard the pictures are
//!
//! A linear model on raw pixels sees no insect: it is turned, placed, coloured and sized at random.
//! What such a model can use is where and in which light each class is *likely* to be met, and that
//! is set here and nowhere else: the two columns of [`HAUNTS`] (bees more often on flowers, ants on
//! stone, sand and paper), [`Class::warmth`] (bees on yellower flowers) and [`Class::sunshine`] (bees
//! in warmer light). Every place is possible for both classes and nothing else depends on the class
//! but the insects and their sizes, so the classes overlap widely; the rest of the training accuracy
//! is learning by heart, for which places, light and exposure vary about as much as in photographs.
//! The closer the two columns and the two pairs of numbers, the harder the task.
//!
//! The other classes share the places of ants or of bees, in light and among flowers that favour neither.

use image::RgbImage;

use crate::{
    ant, bee, beetle,
    body::{self, Part, Pose},
    butterfly,
    canvas::Canvas,
    dice::Dice,
    ground,
    lens::{self, Lens},
    meadow, noise, plant, spider,
    vector::{grey, mix, rgb, smoothstep, vec3},
    view::{Light, View},
};

/// The classes, by the name of their folders: the two of the stand-in, and four that are no bees either.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    Ants,
    Bees,
    Beetles,
    Butterflies,
    /// Without any insect.
    Flowers,
    Spiders,
}

/// Where a picture is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Flower,
    Umbel,
    Leaf,
    Stalk,
    Branch,
    Soil,
    Sand,
    Stone,
    Wood,
    Paper,
    Sky,
}

/// How often each place is met, by ants and by bees: what a linear model can learn.
const HAUNTS: [(Place, f32, f32); 11] = [
    (Place::Flower, 7.0, 44.0),
    (Place::Umbel, 6.0, 11.0),
    (Place::Leaf, 14.0, 14.0),
    (Place::Stalk, 7.0, 7.0),
    (Place::Branch, 8.0, 5.0),
    (Place::Soil, 9.0, 6.0),
    (Place::Sand, 11.0, 4.0),
    (Place::Stone, 16.0, 4.0),
    (Place::Wood, 8.0, 5.0),
    (Place::Paper, 14.0, 3.0),
    (Place::Sky, 1.0, 5.0),
];

impl Class {
    /// The name of the folder, and of one in it.
    pub fn names(self) -> [&'static str; 2] {
        match self {
            Self::Ants => ["ants", "ant"],
            Self::Bees => ["bees", "bee"],
            Self::Beetles => ["beetles", "beetle"],
            Self::Butterflies => ["butterflies", "butterfly"],
            Self::Flowers => ["flowers", "flower"],
            Self::Spiders => ["spiders", "spider"],
        }
    }

    /// The chance that a flower is yellow, orange or red.
    fn warmth(self) -> f32 {
        match self {
            Self::Ants => 0.18,
            Self::Bees => 0.82,
            _ => 0.5,
        }
    }

    /// How warm the light is: bees wait for the sun.
    fn sunshine(self) -> f32 {
        match self {
            Self::Ants => -0.04,
            Self::Bees => 0.06,
            _ => 0.0,
        }
    }

    /// Beetles and spiders live where ants do, butterflies where bees do.
    fn haunt(self, dice: &mut Dice) -> Place {
        dice.weighted(&HAUNTS.map(|(place, ants, bees)| match self {
            Self::Ants | Self::Beetles | Self::Spiders => (place, ants),
            Self::Bees | Self::Butterflies => (place, bees),
            Self::Flowers if matches!(place, Place::Flower | Place::Umbel) => (place, bees),
            Self::Flowers => (place, 0.0),
        }))
    }
}

impl Place {
    /// The mean level of a good exposure: paper is white and the sky is bright.
    fn exposure(self) -> f32 {
        match self {
            Self::Paper => 0.76,
            Self::Sky => 0.58,
            Self::Sand => 0.52,
            _ => 0.47,
        }
    }
}

/// Draws the picture that the dice decide on.
pub fn draw(class: Class, width: usize, height: usize, dice: &mut Dice) -> RgbImage {
    let place = class.haunt(dice);
    let (view, heading) = (view(class, place, width, height, dice), dice.angle());
    let mut canvas = backdrop(class, place, &view, heading, (width, height), dice);
    let side = canvas.side();
    let focus = view.point(vec3(0.0, 0.0, 0.0)).y;
    let depth = side * dice.between(0.0, 0.035) * (1.15 - view.steep);
    lens::defocus(&mut canvas, focus, depth, side * dice.between(0.0, 0.002));

    let flying = place == Place::Sky && class == Class::Bees;
    let mut parts = insects(class, place, heading, flying, dice);
    if place != Place::Sky {
        shadow(&mut canvas, &parts, &view, dice.between(0.5, 0.85));
    }
    let mut figure = Canvas::new(width, height);
    body::draw(&mut parts, &mut figure, &view);
    canvas.lay(&figure.blurred(side * dice.between(0.0007, 0.0022)), 1.0);
    let flat = matches!(place, Place::Soil | Place::Sand | Place::Stone | Place::Wood | Place::Leaf | Place::Umbel);
    if flat && dice.chance(0.5) {
        dapple(&mut canvas, dice);
    }
    Lens::new(place.exposure(), class.sunshine(), dice).develop(&canvas)
}

/// The camera for a place, with the insect somewhere around the middle.
fn view(class: Class, place: Place, width: usize, height: usize, dice: &mut Dice) -> View {
    let side = width.min(height) as f32;
    let share = match class {
        Class::Bees => 0.52 * (0.34 * dice.normal()).exp(),
        Class::Ants => 0.48 * (0.40 * dice.normal()).exp(),
        Class::Beetles | Class::Flowers => 0.48 * (0.36 * dice.normal()).exp(),
        // Wings and legs reach far beyond the body.
        Class::Butterflies | Class::Spiders => 0.38 * (0.32 * dice.normal()).exp(),
    };
    let scale = side * share.clamp(0.16, 1.1);
    let loose = 0.06 * (1.2 - share).max(0.3);
    let origin = (width as f32 * (0.5 + loose * dice.normal()), height as f32 * (0.52 + loose * dice.normal()));
    let elevation = match place {
        Place::Flower | Place::Umbel => dice.between(0.75, 1.45),
        Place::Branch | Place::Stalk => dice.between(0.35, 1.1),
        _ => dice.between(0.5, 1.5),
    };
    let roll = match place {
        Place::Flower | Place::Umbel | Place::Leaf | Place::Branch | Place::Stalk => 0.35 * dice.normal(),
        _ => 0.08 * dice.normal(),
    };
    let (sin, cos) = dice.angle().sin_cos();
    let sun = vec3(cos, sin, dice.between(0.7, 2.2));
    View::new(origin, scale, (elevation, roll), sun, light(dice))
}

/// Sunshine or an overcast sky.
fn light(dice: &mut Dice) -> Light {
    let sun = rgb(255, 240, 214).mix(rgb(255, 205, 150), dice.between(0.0, 0.8).powi(2));
    let hard = dice.between(0.35, 1.25);
    let sky = rgb(200, 215, 240) * dice.between(0.35, 0.60);
    let bounce = dice.pick(&[rgb(120, 130, 80), rgb(140, 120, 95), rgb(120, 120, 120)]) * 0.8;
    Light { sun: sun * hard, sky: sky.mix(grey(sky.y), 0.4), bounce: bounce * 0.7 }
}

fn backdrop(
    class: Class,
    place: Place,
    view: &View,
    heading: f32,
    (width, height): (usize, usize),
    dice: &mut Dice,
) -> Canvas {
    let mut canvas = match place {
        Place::Soil | Place::Sand | Place::Stone | Place::Wood => Canvas::new(width, height),
        Place::Paper => meadow::plain(width, height, true, dice),
        Place::Sky if dice.chance(0.6) => meadow::plain(width, height, false, dice),
        _ => meadow::meadow(width, height, dice),
    };
    match place {
        Place::Flower => plant::flower(&mut canvas, view, class.warmth(), dice),
        Place::Umbel => plant::umbel(&mut canvas, view, class.warmth(), dice),
        Place::Leaf => plant::leaf(&mut canvas, view, dice),
        Place::Stalk => plant::stalk(&mut canvas, view, heading, dice),
        Place::Branch => ground::branch(&mut canvas, view, heading, dice),
        Place::Soil => ground::soil(&mut canvas, view, dice),
        Place::Sand => ground::sand(&mut canvas, view, dice),
        Place::Stone => ground::stone(&mut canvas, view, dice),
        Place::Wood => ground::wood(&mut canvas, view, dice),
        Place::Paper | Place::Sky => {}
    }
    canvas
}

/// Lets the light fall through leaves: wide soft patches of shade.
fn dapple(canvas: &mut Canvas, dice: &mut Dice) {
    let (seed, shade, patches) = (dice.seed(), dice.between(0.15, 0.6), dice.between(1.2, 3.0) / canvas.side());
    let (sin, cos) = dice.angle().sin_cos();
    let width = canvas.width;
    for (i, pixel) in canvas.pixels.iter_mut().enumerate() {
        let (x, y) = ((i % width) as f32 * patches, (i / width) as f32 * patches);
        let leaves = noise::fractal((x * cos + y * sin) * 1.6, y * cos - x * sin, 2, 0.35, seed);
        let light = mix(shade, 1.0, smoothstep(0.34, 0.64, leaves));
        for channel in &mut pixel[..3] {
            *channel *= light;
        }
    }
}

/// The insect at the origin and, where there is room, some of its kin.
fn insects(class: Class, place: Place, heading: f32, flying: bool, dice: &mut Dice) -> Vec<Part> {
    let others = match (class, place) {
        (_, Place::Stalk | Place::Branch | Place::Sky) => 0,
        (Class::Ants, Place::Flower | Place::Umbel) => dice.pick(&[0, 0, 0, 1]),
        (Class::Ants, _) => dice.pick(&[0, 0, 0, 0, 0, 1, 1, 2, 5]),
        (Class::Bees, _) => dice.pick(&[0, 0, 0, 0, 0, 0, 0, 1]),
        _ => 0,
    };
    let mut parts = Vec::new();
    let turn = dice.angle();
    for i in 0..=others {
        let angle = turn + i as f32 * std::f32::consts::TAU / others.max(1) as f32;
        let away = if i == 0 { 0.0 } else { dice.between(0.9, 1.6) };
        let lift = if flying { 0.4 } else { 0.0 };
        let spot = vec3(away * angle.cos(), away * angle.sin(), lift);
        let heading = if i == 0 { heading } else { dice.angle() };
        let pitch = if flying { dice.between(-0.1, 0.5) } else { 0.0 };
        let size = if i == 0 { 1.0 } else { dice.between(0.85, 1.05) };
        let pose = Pose::new(spot, size, heading, pitch);
        parts.extend(match class {
            Class::Ants => ant::build(pose, dice),
            Class::Bees => bee::build(pose, flying, dice),
            Class::Beetles => beetle::build(pose, dice),
            Class::Butterflies => butterfly::build(pose, dice),
            Class::Spiders => spider::build(pose, dice),
            Class::Flowers => Vec::new(),
        });
    }
    parts
}

/// Darkens the ground: sharply where the sun is blocked, softly all around where the sky is.
fn shadow(canvas: &mut Canvas, parts: &[Part], view: &View, strength: f32) {
    let (width, height) = (canvas.width.div_ceil(2), canvas.height.div_ceil(2));
    let mut shadow = Canvas::new(width, height);
    body::cast(parts, &mut shadow, &view.zoomed(0.5));
    let contact = shadow.blurred(view.scale * 0.045);
    let edge = shadow.blurred((view.scale * 0.008).max(0.6));
    for (sheet, strength) in [(contact, 0.5), (edge, strength)] {
        canvas.lay(&sheet.resized(canvas.width, canvas.height), strength);
    }
}
