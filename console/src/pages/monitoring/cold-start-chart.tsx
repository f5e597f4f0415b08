/** Cold starts while this page is open: bars of what came between readings, and the total since the server's start. */
import BarChart from "@cloudscape-design/components/bar-chart";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { type ReactNode, useRef } from "react";
import { settings } from "../../app/settings.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { productUrl } from "../../kit/product.ts";
import { useLoad } from "../../kit/use-load.ts";
import { count } from "../../kit/words.ts";
import { barsOf, type Reading, readingOf, totalOf, withReading } from "./cold-starts.ts";

const REFRESH_MS = 5000;
const HEIGHT = 180;
const CLOCK = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });

export function ColdStartChart({ functionName }: { readonly functionName: string | undefined }): ReactNode {
  const readings = useRef<readonly Reading[]>([]);
  const { data = [], error } = useLoad(
    "cold starts",
    async (signal) => {
      const latest = await read(signal);
      readings.current = withReading(readings.current, latest);
      return readings.current;
    },
    REFRESH_MS,
  );
  const bars = barsOf(data, functionName);
  const latest = data.at(-1);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  return (
    <Container
      fitHeight
      header={
        <Header variant="h3" description={latest && summary(totalOf(latest, functionName))}>
          Cold starts
        </Header>
      }
    >
      <Failure error={error} />
      <BarChart
        hideFilter
        hideLegend
        height={HEIGHT}
        series={
          bars.length === 0
            ? []
            : [
                {
                  type: "bar",
                  title: "Cold starts",
                  data: bars.map((bar) => ({ x: CLOCK.format(bar.untilMs), y: bar.count })),
                },
              ]
        }
        xDomain={bars.map((bar) => CLOCK.format(bar.untilMs))}
        yDomain={[0, most * 1.05]}
        ariaLabel="Cold starts"
        ariaDescription="Invocations that waited for an init, since this page was opened"
        i18nStrings={{ yTickFormatter: (value) => (Number.isInteger(value) ? count(value) : "") }}
        empty={
          <Empty title="No data">The first reading is the one to compare with; the next is a bar.</Empty>
        }
      />
    </Container>
  );
}

function summary(total: number): string {
  return `${count(total)} since the server's start; charted while this page is open`;
}

async function read(signal: AbortSignal): Promise<Reading> {
  const answer = await fetch(productUrl("metrics"), { signal });
  if (!answer.ok) throw new Error(`The server's metrics: ${answer.status} ${answer.statusText}`);
  return readingOf(await answer.text(), settings());
}
