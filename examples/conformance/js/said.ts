// What runs say and leave behind.

import {
  artifacts,
  type Described,
  type EndedRun,
  Failure,
  flow,
  getRunLogger,
  type State,
  task,
} from "wflow";

export const logs_task = task(() => {
  const logger = getRunLogger();
  logger.debug("for the curious");
  logger.info("grüße %s", "alle");
  logger.warning("careful");
  logger.error("broken");
});

export const logs = flow(() => logs_task());

export const say = task({ params: { text: "string" } }, ({ text }) => {
  console.log(text);
});

export const prints = flow(() => say({ text: "Grüße, 世界" }));
export const logs_prints = flow({ logPrints: true }, () => say({ text: "into the log" }));

export const named_task = task(
  { params: { number: "integer" }, taskRunName: "number {number}", tags: ["odd"] },
  ({ number }) => number,
);

export const named = flow(() => [
  named_task.submit({ number: 1 }).name,
  named_task.submit({ number: 2 }, { taskRunName: "other" }).name,
]);

export const leave_artifacts = task(() => {
  artifacts.createMarkdownArtifact("# Well", { key: "report" });
  artifacts.createTableArtifact([{ a: 1 }], { key: "table" });
  artifacts.createLinkArtifact("https://example.org/", { key: "link" });
  artifacts.createProgressArtifact(42.5, { key: "progress" });
  artifacts.createImageArtifact(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), { key: "image" });
});

export const leaves_artifacts = flow(() => leave_artifacts());

function notify(of: Described, run: EndedRun, state: State): void {
  console.log(`${of.name} ended ${state.type} after ${run.attempts}`);
}

export const watched = task(
  { params: { fails: "boolean" }, retries: 1, onCompletion: [notify], onFailure: [notify] },
  ({ fails }) => {
    if (fails) {
      throw new Failure("no luck");
    }
  },
);

export const hooked = flow({ params: { fails: "boolean" }, onCompletion: [notify] }, async ({ fails }) => {
  await watched({ fails }, { returnState: true });
});
