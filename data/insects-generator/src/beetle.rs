//! A beetle: two hard wing cases that meet in a seam, spotted like a ladybird's or of one shining colour.

use crate::{
    body::{Body, Part, Pose},
    dice::Dice,
    solid::{Pattern, Skin},
    vector::{Color, Vec3, rgb, vec3},
};

/// The colours and proportions of one kind of beetle.
struct Kind {
    cases: Color,
    neck: Color,
    legs: Color,
    /// Half of the length, of the width and of the height of the wing cases.
    radii: Vec3,
    spots: usize,
    gloss: f32,
}

fn kind(dice: &mut Dice) -> Kind {
    let black = rgb(30, 28, 30);
    let round = vec3(0.33, 0.30, 0.22);
    let ladybird = Kind {
        cases: dice.vary(rgb(196, 44, 24), 0.2),
        neck: black,
        legs: black,
        radii: round,
        spots: dice.pick(&[1, 3, 3, 5]),
        gloss: 0.9,
    };
    let long = vec3(0.34, dice.between(0.16, 0.22), dice.between(0.12, 0.16));
    let metal = dice.pick(&[rgb(40, 96, 60), rgb(38, 60, 110), rgb(110, 76, 30), rgb(150, 110, 40)]);
    match dice.weighted(&[(0, 0.35), (1, 0.1), (2, 0.3), (3, 0.25)]) {
        0 => ladybird,
        // A ladybird the other way round.
        1 => Kind { cases: black, ..ladybird },
        // A leaf beetle or a rose chafer.
        2 => Kind { cases: dice.vary(metal, 0.25), neck: metal * 0.7, radii: long, spots: 0, gloss: 1.0, ..ladybird },
        // A ground beetle.
        _ => Kind { cases: black, neck: rgb(40, 34, 32), legs: rgb(56, 38, 28), radii: long, spots: 0, gloss: 0.7 },
    }
}

/// A beetle in this pose.
pub fn build(pose: Pose, dice: &mut Dice) -> Vec<Part> {
    let kind = kind(dice);
    let mut body = Body::new(pose);
    let radii = kind.radii;
    let shell = |color: Color, dice: &mut Dice| Skin {
        color,
        pattern: Pattern::Plain,
        gloss: kind.gloss,
        grain: 0.15,
        fur: None,
        seed: dice.seed(),
    };
    let center = vec3(-0.12, 0.0, 0.10 + radii.z * 0.55);
    let cases = shell(kind.cases, dice);
    body.solid(center, radii, 0.0, cases);
    let collar = shell(kind.neck, dice);
    body.solid(vec3(0.24, 0.0, 0.19), vec3(0.11, radii.y * 0.72, 0.10), -0.15, collar);
    body.solid(vec3(0.35, 0.0, 0.16), vec3(0.075, radii.y * 0.42, 0.07), -0.2, collar);
    let onto = |x: f32, y: f32| {
        let above = (1.0 - (x / radii.x).powi(2) - (y / radii.y).powi(2)).max(0.0).sqrt();
        center + vec3(x, y, radii.z * above + 0.004)
    };
    let seam: Vec<Vec3> = (0..7).map(|i| onto(radii.x * (0.9 - 0.3 * i as f32), 0.0)).collect();
    body.chain(&seam, (0.008, 0.008), kind.cases * 0.25, 0.2);
    let spot = shell(if kind.spots > 0 && kind.cases.x < 0.1 { rgb(190, 40, 24) } else { rgb(20, 18, 18) }, dice);
    for side in [-1.0, 1.0] {
        for i in 0..kind.spots {
            let (x, y) = ([0.45, -0.05, -0.5, 0.15, -0.3][i], [0.35, 0.30, 0.35, 0.72, 0.70][i]);
            let size = dice.between(0.036, 0.05);
            body.solid(onto(x * radii.x, side * y * radii.y), vec3(size, size, 0.012), 0.0, spot);
        }
        legs(&mut body, side, &kind, dice);
        let elbow = vec3(0.47, 0.12 * side, 0.20);
        body.chain(
            &[vec3(0.40, 0.05 * side, 0.17), elbow, vec3(0.56, 0.20 * side, 0.17)],
            (0.010, 0.008),
            kind.legs,
            0.4,
        );
    }
    body.parts
}

fn legs(body: &mut Body, side: f32, kind: &Kind, dice: &mut Dice) {
    let wide = kind.radii.y;
    for (root, angle) in [(0.22, 0.8), (0.06, 1.6), (-0.12, 2.3)] {
        let (sin, cos) = (angle + dice.between(-0.2, 0.2)).sin_cos();
        let outward = vec3(cos, sin, 0.0);
        let hip = vec3(root, wide * 0.5, 0.11);
        let knee = vec3(root, wide * 0.75, 0.16) + outward * 0.14;
        let foot = vec3(root, wide * 0.75, 0.0) + outward * dice.between(0.26, 0.34);
        let mirrored = |p: Vec3| vec3(p.x, p.y * side, p.z);
        body.chain(&[hip, knee].map(mirrored), (0.024, 0.02), kind.legs, 0.5);
        body.chain(&[knee, foot, foot + outward * 0.07].map(mirrored), (0.016, 0.008), kind.legs, 0.5);
    }
}
