/** A point on the drawing area; each coordinate runs from 0 to 1 from the upper left corner. */
export type Place = readonly [x: number, y: number];

/** A handwritten digit. */
export interface DrawnDigit {
  readonly digit: string;
  readonly style: string;
  readonly strokes: readonly (readonly Place[])[];
}

/** Returns an elliptical arc. Angles are in degrees, clockwise from the right. */
function arc(centerX: number, centerY: number, radiusX: number, radiusY: number, from: number, to: number): Place[] {
  const count = Math.max(2, Math.round(Math.abs(to - from) / 15));
  return Array.from({ length: count + 1 }, (_, index) => {
    const angle = ((from + ((to - from) * index) / count) * Math.PI) / 180;
    return [centerX + radiusX * Math.cos(angle), centerY + radiusY * Math.sin(angle)];
  });
}

/** Strokes of the digits in a unit square, in two styles each. */
const SHAPES: readonly (readonly [digit: string, plain: Place[][], other: Place[][]])[] = [
  ['0', [arc(0.5, 0.5, 0.3, 0.42, -90, 270)], [arc(0.52, 0.5, 0.22, 0.45, -60, 310)]],
  [
    '1',
    [
      [
        [0.5, 0.08],
        [0.5, 0.92],
      ],
    ],
    [
      [
        [0.36, 0.3],
        [0.56, 0.08],
        [0.46, 0.92],
      ],
    ],
  ],
  [
    '2',
    [[...arc(0.5, 0.32, 0.26, 0.24, -170, 40), [0.24, 0.9], [0.78, 0.9]]],
    [[...arc(0.48, 0.3, 0.22, 0.2, -150, 50), [0.3, 0.82], ...arc(0.33, 0.84, 0.07, 0.07, 180, 360), [0.8, 0.88]]],
  ],
  [
    '3',
    [[...arc(0.46, 0.29, 0.24, 0.2, -150, 90), ...arc(0.46, 0.7, 0.27, 0.21, -90, 150)]],
    [[[0.26, 0.12], [0.72, 0.12], [0.46, 0.44], ...arc(0.46, 0.68, 0.27, 0.24, -80, 150)]],
  ],
  [
    '4',
    [
      [
        [0.32, 0.1],
        [0.26, 0.54],
        [0.78, 0.54],
      ],
      [
        [0.68, 0.1],
        [0.64, 0.92],
      ],
    ],
    [
      [
        [0.62, 0.92],
        [0.62, 0.08],
        [0.2, 0.64],
        [0.84, 0.64],
      ],
    ],
  ],
  [
    '5',
    [[[0.72, 0.1], [0.34, 0.1], [0.3, 0.46], ...arc(0.46, 0.66, 0.26, 0.24, -110, 150)]],
    [
      [[0.36, 0.12], [0.32, 0.46], ...arc(0.46, 0.68, 0.24, 0.22, -100, 160)],
      [
        [0.34, 0.12],
        [0.76, 0.1],
      ],
    ],
  ],
  [
    '6',
    [[[0.62, 0.08], [0.4, 0.36], [0.28, 0.66], ...arc(0.49, 0.7, 0.21, 0.21, 180, -180)]],
    [[...arc(0.62, 0.5, 0.34, 0.44, -80, -180), ...arc(0.5, 0.7, 0.22, 0.21, 180, -170)]],
  ],
  [
    '7',
    [
      [
        [0.22, 0.12],
        [0.76, 0.12],
        [0.44, 0.92],
      ],
    ],
    [
      [
        [0.24, 0.16],
        [0.74, 0.1],
        [0.6, 0.5],
        [0.48, 0.92],
      ],
      [
        [0.4, 0.5],
        [0.74, 0.48],
      ],
    ],
  ],
  [
    '8',
    [
      [
        ...arc(0.5, 0.29, 0.2, 0.2, -60, -270),
        ...arc(0.5, 0.7, 0.24, 0.21, -90, 270),
        ...arc(0.5, 0.29, 0.2, 0.2, 90, -60),
      ],
    ],
    [arc(0.5, 0.28, 0.19, 0.19, -90, 270), arc(0.5, 0.69, 0.24, 0.22, -90, 270)],
  ],
  [
    '9',
    [[...arc(0.48, 0.31, 0.21, 0.21, 0, -360), [0.68, 0.5], [0.6, 0.92]]],
    [[...arc(0.5, 0.3, 0.22, 0.2, -20, -340), [0.7, 0.26], [0.7, 0.62], ...arc(0.5, 0.66, 0.2, 0.24, 0, 110)]],
  ],
];

/** Positions of the second style: small, off center, and different for each digit. */
const CORNERS: readonly Place[] = [
  [0.06, 0.08],
  [0.5, 0.1],
  [0.48, 0.5],
  [0.08, 0.46],
  [0.3, 0.05],
];
const SMALL = 0.45;
const LARGE = 0.8;

/** Twenty digits: each one large and centered in one style, and small in a corner in the other. */
export const DRAWN_DIGITS: readonly DrawnDigit[] = SHAPES.flatMap(([digit, plain, other], index) => [
  { digit, style: 'large', strokes: placed(plain, [0.1, 0.1], LARGE) },
  { digit, style: 'small, off-centre', strokes: placed(other, CORNERS[index % CORNERS.length] ?? [0, 0], SMALL) },
]);

function placed(strokes: readonly Place[][], [left, top]: Place, size: number): Place[][] {
  return strokes.map((stroke) => stroke.map(([x, y]) => [left + x * size, top + y * size]));
}
