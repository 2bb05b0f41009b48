// Fields of classes that come with a scene rather than with the constructor.

export {};

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
