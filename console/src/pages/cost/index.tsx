/** What would this have cost on AWS: the whole, by day, by function, the free tier, and the prices behind it. */
import BarChart from "@cloudscape-design/components/bar-chart";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import HelpPanel from "@cloudscape-design/components/help-panel";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { product, productUrl } from "../../kit/product.ts";
import { useLoad } from "../../kit/use-load.ts";
import { count } from "../../kit/words.ts";
import { FunctionCosts } from "./function-costs.tsx";
import { PriceList } from "./price-list.tsx";
import { costByDay, costByFunction, daysOf, money, otherCost, type Period } from "./shape.ts";
import type { Usage } from "./usage.ts";

const REFRESH_MS = 5000;

const PERIODS: readonly { readonly value: Period; readonly label: string }[] = [
  { value: "month", label: "This month" },
  { value: "last-month", label: "Last month" },
  { value: "week", label: "Last 7 days" },
  { value: "30-days", label: "Last 30 days" },
];

export default function CostPage(): ReactNode {
  const [period, setPeriod] = useState<Period>("month");
  const { from, to } = daysOf(period, Date.now());
  const { data, error, isLoading, reload } = useLoad(
    `${from} ${to}`,
    (signal) => product<Usage>("usage", { from, to }, signal),
    REFRESH_MS,
  );
  return (
    <Page
      title="Cost"
      help={HELP}
      description="What the same calls would have cost on AWS. Here they cost nothing but your machine."
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Select
            ariaLabel="Period"
            selectedOption={PERIODS.find(({ value }) => value === period) ?? null}
            options={PERIODS}
            onChange={({ detail }) => setPeriod(detail.selectedOption.value as Period)}
          />
          <Button iconName="download" href={productUrl("usage", { from, to, format: "csv" })} download>
            Download CSV
          </Button>
        </SpaceBetween>
      }
    >
      <Failure error={error} retry={() => void reload()} />
      {data === undefined ? (
        isLoading && <Box color="text-status-inactive">Reckoning …</Box>
      ) : (
        <Bill usage={data} />
      )}
    </Page>
  );
}

function Bill({ usage }: { readonly usage: Usage }): ReactNode {
  return (
    <SpaceBetween size="l">
      <Totals usage={usage} />
      <ByDay usage={usage} />
      <FunctionCosts functions={costByFunction(usage.days)} />
      <PriceList prices={usage.prices} />
    </SpaceBetween>
  );
}

function Totals({ usage: { total, months } }: { readonly usage: Usage }): ReactNode {
  const { cost, freeTier, costAfterFreeTier } = total;
  const free = freeTier.ofEachMonth;
  // A period that touches two months has two months' free tier.
  const grants = Math.max(1, months.length);
  return (
    <Container header={<Header variant="h2">Total</Header>}>
      <ColumnLayout columns={4} variant="text-grid" minColumnWidth={200}>
        <Figure label="At list price" value={money(cost.total)} isLarge>
          {count(total.requests)} requests, {count(Math.round(total.gbSeconds * 100) / 100)} GB-seconds
        </Figure>
        <Figure label="After the free tier" value={money(costAfterFreeTier)} isLarge>
          The free tier would save {money(freeTier.saved)}
        </Figure>
        <div>
          <Figure label="Requests" value={money(cost.requests)} />
          <Figure label="Compute" value={money(cost.compute)} />
          <Figure label="Everything else" value={money(otherCost(cost))} />
        </div>
        <SpaceBetween size="s">
          <FreeTier what="requests" used={freeTier.requests} granted={free.requests * grants} />
          <FreeTier what="GB-seconds" used={freeTier.gbSeconds} granted={free.gbSeconds * grants} />
        </SpaceBetween>
      </ColumnLayout>
    </Container>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly isLarge?: boolean;
  readonly children?: ReactNode;
}

function Figure({ label, value, isLarge = false, children }: FigureProps): ReactNode {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      {isLarge ? (
        <Box fontSize="display-l" fontWeight="bold">
          {value}
        </Box>
      ) : (
        <Box margin={{ bottom: "xxs" }}>{value}</Box>
      )}
      {children !== undefined && (
        <Box color="text-body-secondary" fontSize="body-s">
          {children}
        </Box>
      )}
    </div>
  );
}

interface FreeTierProps {
  readonly what: string;
  readonly used: number;
  readonly granted: number;
}

function FreeTier({ what, used, granted }: FreeTierProps): ReactNode {
  return (
    <ProgressBar
      label={`Free tier: ${what}`}
      value={granted === 0 ? 0 : Math.min(100, (used / granted) * 100)}
      additionalInfo={`${count(Math.round(used * 100) / 100)} of ${count(granted)}`}
    />
  );
}

function ByDay({ usage }: { readonly usage: Usage }): ReactNode {
  const days = costByDay(usage.days, usage.from, usage.to);
  const most = Math.max(0, ...days.map((day) => day.requests + day.compute + day.other));
  const series = (["compute", "requests", "other"] as const).map((part) => ({
    type: "bar" as const,
    title: { compute: "Compute", requests: "Requests", other: "Everything else" }[part],
    data: days.map((day) => ({ x: shortDay(day.day), y: day[part] })),
    valueFormatter: money,
  }));
  return (
    <Container header={<Header variant="h2">By day</Header>}>
      <BarChart
        series={series}
        stackedBars
        hideFilter
        height={220}
        xDomain={days.map((day) => shortDay(day.day))}
        yDomain={[0, most === 0 ? 1 : most * 1.05]}
        xTitle="Day (UTC)"
        yTitle="US dollars"
        ariaLabel="Cost by day"
        detailPopoverFooter={(day) => {
          const found = days.find((each) => shortDay(each.day) === day);
          return found && `In all: ${money(found.compute + found.requests + found.other)}`;
        }}
        i18nStrings={{ yTickFormatter: money }}
        empty={<Empty title="No use in these days" />}
      />
    </Container>
  );
}

/** `Nov 21`. */
function shortDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return date.toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
}

const HELP = (
  <HelpPanel header={<h2>Cost</h2>}>
    <p>
      Each invocation is billed as AWS bills it: a request, and its time (in steps of a millisecond, with the
      init phase) times its memory size. Provisioned concurrency, a large /tmp, streamed responses and
      SnapStart are reckoned, too.
    </p>
    <p>
      The free tier is reckoned as if these functions were all that the account ran. Days are those of UTC.
      The CSV file has one row for each day, function, version and architecture.
    </p>
  </HelpPanel>
);
