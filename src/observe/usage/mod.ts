/** Pay per use, made visible. */
export {
  type Cost,
  gbSecondsOf,
  type MonthCost,
  type PricedLine,
  priceUsage,
  rounded,
  sumOfCosts,
} from "./cost.ts";
export { PRICES } from "./prices.ts";
export { dayOf, UsageMeter } from "./usage-meter.ts";
