import { z } from 'zod';
import { HISTORY_COLUMNS, type HistoryColumn } from '../../src/shared/fields.js';

const percentages = z.array(z.number().min(0).max(100).multipleOf(0.1).nullable());
const loads = z.array(z.number().min(0).multipleOf(0.01).nullable());
const columns = z.strictObject(
  Object.fromEntries(
    HISTORY_COLUMNS.map((name) => [name, name === 'load_1' ? loads : percentages]),
  ) as Record<HistoryColumn, typeof percentages>,
);

/** An answer of `GET /history`, and nothing else. */
export const historySchema = z
  .strictObject({
    identifier: z.string().min(1),
    now_ms: z.int().positive(),
    seconds: z.int().positive(),
    interval_ms: z.number().positive(),
    step_ms: z.int().positive(),
    rows: z.int().min(0),
    columns: z.tuple(HISTORY_COLUMNS.map((name) => z.literal(name)) as [z.ZodLiteral<string>]),
    time_ms: z.array(z.int().positive()),
    age_ms: z.array(z.int().min(0)),
    mean: columns,
    max: columns,
  })
  .refine(({ time_ms, age_ms, mean, max }) =>
    [age_ms, ...Object.values(mean), ...Object.values(max)].every(({ length }) => length === time_ms.length),
  );
export type HistoryBody = z.infer<typeof historySchema>;
