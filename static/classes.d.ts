// Fields of classes that come with a scene rather than with the constructor.

export {};

declare module "./drawing/tables.js" {
  interface Axis {
    line: Line;
    start: Line;
    offset: Line;
    low: number;
    count?: Line;
    at?: Line;
    places: number;
    windows: number;
    taps: number;
    inPlace?: number[];
  }
}

declare module "./drawing/stamp.js" {
  interface Painting {
    scene: Scene;
    axes: Axis[];
    channel: number;
    done: number;
    shape: number[];
    sums: Float64Array;
    touched: Uint8Array;
  }
}

declare module "./drawing/gating.js" {
  interface Gating {
    scene: Scene;
    strength: number;
    threshold: number;
    hand: "computed" | "open" | "closed";
    counted?: { setting: string; n: number };
  }
}

declare module "./drawing/stage.js" {
  interface Stage {
    scene: Scene;
    axes: Axis[];
    stamps: Axis[];
    stamping: boolean;
    gating: Gating | null;
    input: Panel;
    gate: Panel;
    output: Panel;
    thumbs: Panel;
    inputs: OnStage[];
    gates: OnStage[];
    outputs: OnStage[];
    strip: OnStage[];
    layout: StageLayout;
    planes: { input: Float32Array; gate: Float32Array; output: Float32Array }; // of a gate's selected channel
    views: Record<string, View>;
    enlarged: number | null;
    selected: number;
    depth: number;
    look: Look;
    charted?: Chart[];
    most: typeof import("./drawing/cast.js").ALL | null;
    cast: ReturnType<typeof import("./drawing/cast.js").castOf>;
    colours: { ramps: Record<string, RGB[]>; groups: Stops };
    limits: Record<string, Limits[]>;
    counted: (Panel & { lim: Limits }) | null;
    rasters: Map<string, unknown>;
    surface: { hatch: Function; image: Function };
    tall: number;
    width: number;
    ratio: number;
    scaleChoice: ScaleChoice;
    coverage: boolean;
  }
}

declare module "./player/clock.js" {
  interface Clock {
    step: number;
    steps: number;
    cells: number;
    speed: number;
    playing: boolean;
    glide: { from: number; left: number } | null;
    rest: number;
    calm: boolean;
    at?: number;
  }
}

declare module "./player/cursor.js" {
  interface Cursor {
    player: Player;
    panel: Subject["kind"] | null;
    kept: { [kind in Subject["kind"]]?: Subject };
  }
}

declare module "./player/player.js" {
  interface Player {
    scene: Scene;
    order: Order;
    at: number;
    hovered: Subject | null;
    pinned: Subject | null;
    subject: Subject | null;
    worked: Worked | null;
    team: number;
    serpentine: boolean;
    lens: boolean | null;
    stampWanted: boolean;
    paintings: Painting[]; // one for each group of a stamped scene
    sweep?: { since: number | null } | null;
    share?: (step: number) => void;
    nudge?: (place: number[]) => void;
    lose?: (places: Record<string, number>) => void;
    started?: boolean;
    page?: PageLook;
    wide?: number; // pixels of the stage when it was last laid out
    stale: boolean;
    drawn?: string;
    loaded?: number;
    bytes?: Uint8Array;
    pending?: number | null;
    state?: string;
    written: string;
    wroteAt: number;
    wroteLook?: Look;
    toldAt: number;
  }
}

declare module "./drawing/paper.js" {
  interface Paper {
    scene: Scene;
    how: PaperHow;
    fresh: boolean;
  }
}

declare module "./drawing/recorder.js" {
  interface Recorder {
    left: number;
    top: number;
    widths: Record<string, Widths>;
    marks: string[];
    saved: (number[] | null)[];
    filled: any[] | null;
    fillStyle: any;
    strokeStyle: any;
    lineWidth: number;
    font: string;
    typed?: string;
    size: number;
    style: string;
    textAlign: CanvasTextAlign;
    textBaseline: CanvasTextBaseline;
    imageSmoothingEnabled: boolean;
    dash: number[];
    alpha: number;
    cut: number[] | null;
    path: number[][];
    disc: number[] | null;
    round: number[] | null;
  }
}
