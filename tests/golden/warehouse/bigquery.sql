SELECT
  `t5`.`g0`,
  CAST(`t5`.`g1` AS STRING) AS `g1`,
  `t5`.`vendor`,
  `t5`.`model`,
  `t5`.`mode`,
  CAST(`t5`.`low` AS STRING) AS `low`,
  CAST(`t5`.`epoch` AS STRING) AS `epoch`,
  CAST(`t5`.`slot` AS STRING) AS `slot`,
  CAST(`t5`.`input_tokens_` AS STRING) AS `input_tokens_`,
  CAST(`t5`.`cache_read_tokens_` AS STRING) AS `cache_read_tokens_`,
  CAST(`t5`.`output_tokens_` AS STRING) AS `output_tokens_`,
  CAST(`t5`.`requests_` AS STRING) AS `requests_`
FROM (
  SELECT
    `t4`.`tenant` AS `g0`,
    CAST(FLOOR(ieee_divide(`t4`.`time`, 86400)) AS INT64) AS `g1`,
    `t4`.`vendor`,
    `t4`.`model`,
    `t4`.`mode`,
    CASE
      WHEN CAST(`t4`.`input_tokens` AS FLOAT64) >= 5000
      THEN 5000
      WHEN CAST(`t4`.`input_tokens` AS FLOAT64) >= 1001
      THEN 1001
      ELSE 0
    END AS `low`,
    CASE
      WHEN `t4`.`time` IS NULL
      THEN -1
      WHEN `t4`.`time` >= 1777593600.0
      THEN 1
      ELSE 0
    END AS `epoch`,
    CASE
      WHEN `t4`.`model` IN ('peaked')
      THEN CAST(FLOOR(ieee_divide(`t4`.`time`, 1800)) AS INT64)
      ELSE CAST(NULL AS INT64)
    END AS `slot`,
    SUM(`t4`.`input_tokens`) AS `input_tokens_`,
    SUM(`t4`.`cache_read_tokens`) AS `cache_read_tokens_`,
    SUM(`t4`.`output_tokens`) AS `output_tokens_`,
    SUM(`t4`.`requests`) AS `requests_`
  FROM (
    SELECT
      `t3`.`time`,
      `t3`.`vendor`,
      `t3`.`model`,
      `t3`.`input_tokens`,
      `t3`.`cache_read_tokens`,
      `t3`.`output_tokens`,
      `t3`.`mode`,
      `t3`.`failed`,
      `t3`.`tenant`,
      `t3`.`bad`,
      `t3`.`requests`,
      `t3`.`fault`,
      CASE
        WHEN `t3`.`fault` IS NOT NULL
        THEN `t3`.`fault`
        WHEN `t3`.`failed`
        THEN 'failed'
        ELSE CAST(NULL AS STRING)
      END AS `what`
    FROM (
      SELECT
        `t2`.`time`,
        `t2`.`vendor`,
        `t2`.`model`,
        `t2`.`input_tokens`,
        `t2`.`cache_read_tokens`,
        `t2`.`output_tokens`,
        `t2`.`mode`,
        `t2`.`failed`,
        `t2`.`tenant`,
        `t2`.`bad`,
        `t2`.`requests`,
        CASE
          WHEN `t2`.`bad`
          THEN 'a count that is no whole number from 0 to 1e15'
          WHEN `t2`.`model` IS NULL
          THEN 'no model'
          WHEN `t2`.`cache_read_tokens` > `t2`.`input_tokens`
          THEN 'parts that are larger than their total'
          WHEN (
            (
              `t2`.`input_tokens` + `t2`.`cache_read_tokens` + `t2`.`output_tokens`
            ) = 0
          )
          AND NOT (
            `t2`.`failed`
          )
          THEN 'no tokens'
          ELSE CAST(NULL AS STRING)
        END AS `fault`
      FROM (
        SELECT
          `t1`.`time`,
          `t1`.`vendor`,
          `t1`.`model`,
          CASE WHEN `t1`.`bad` THEN 0 ELSE COALESCE(`t1`.`input_tokens`, 0) END AS `input_tokens`,
          CASE WHEN `t1`.`bad` THEN 0 ELSE COALESCE(`t1`.`cache_read_tokens`, 0) END AS `cache_read_tokens`,
          CASE WHEN `t1`.`bad` THEN 0 ELSE COALESCE(`t1`.`output_tokens`, 0) END AS `output_tokens`,
          `t1`.`mode`,
          `t1`.`failed`,
          `t1`.`tenant`,
          `t1`.`bad`,
          1 AS `requests`
        FROM (
          SELECT
            CASE
              WHEN CAST(UNIX_SECONDS(CAST(`t0`.`at_zoned` AS TIMESTAMP)) AS FLOAT64) >= 0
              THEN CAST(UNIX_SECONDS(CAST(`t0`.`at_zoned` AS TIMESTAMP)) AS FLOAT64)
              ELSE CAST(NULL AS FLOAT64)
            END AS `time`,
            NULLIF(
              SUBSTRING(`t0`.`vendor`, IF((
                0 + 1
              ) >= 1, 0 + 1, 0 + 1 + LENGTH(`t0`.`vendor`)), 300),
              ''
            ) AS `vendor`,
            NULLIF(
              SUBSTRING(`t0`.`model`, IF((
                0 + 1
              ) >= 1, 0 + 1, 0 + 1 + LENGTH(`t0`.`model`)), 300),
              ''
            ) AS `model`,
            `t0`.`input` AS `input_tokens`,
            `t0`.`cached` AS `cache_read_tokens`,
            `t0`.`output` AS `output_tokens`,
            CASE LOWER(
                TRIM(
                  NULLIF(
                    SUBSTRING(`t0`.`mode`, IF((
                      0 + 1
                    ) >= 1, 0 + 1, 0 + 1 + LENGTH(`t0`.`mode`)), 300),
                    ''
                  ),
                  ' \t\n\r\v\f'
                )
              )
              WHEN 'batch'
              THEN 'batch'
              WHEN 'flex'
              THEN 'flex'
              WHEN 'flex-tier'
              THEN 'flex'
              WHEN 'flex_discount'
              THEN 'flex'
              WHEN 'priority'
              THEN 'priority'
              WHEN 'priority_on_demand'
              THEN 'priority'
              WHEN 'fast'
              THEN 'fast'
              WHEN ''
              THEN CAST(NULL AS STRING)
              WHEN 'default'
              THEN CAST(NULL AS STRING)
              WHEN 'standard'
              THEN CAST(NULL AS STRING)
              WHEN 'auto'
              THEN CAST(NULL AS STRING)
              WHEN 'on_demand'
              THEN CAST(NULL AS STRING)
              WHEN 'scale'
              THEN CAST(NULL AS STRING)
              WHEN 'not_available'
              THEN CAST(NULL AS STRING)
              ELSE LOWER(
                TRIM(
                  NULLIF(
                    SUBSTRING(`t0`.`mode`, IF((
                      0 + 1
                    ) >= 1, 0 + 1, 0 + 1 + LENGTH(`t0`.`mode`)), 300),
                    ''
                  ),
                  ' \t\n\r\v\f'
                )
              )
            END AS `mode`,
            COALESCE(
              NOT (
                LOWER(
                  TRIM(
                    NULLIF(
                      SUBSTRING(`t0`.`status`, IF((
                        0 + 1
                      ) >= 1, 0 + 1, 0 + 1 + LENGTH(`t0`.`status`)), 300),
                      ''
                    ),
                    ' \t\n\r\v\f'
                  )
                ) IN (
                  '',
                  '0',
                  '200',
                  'false',
                  'no',
                  'none',
                  'null',
                  'ok',
                  'success',
                  'succeeded',
                  'completed',
                  'debug',
                  'default',
                  'info',
                  'warning'
                )
              ),
              FALSE
            ) AS `failed`,
            NULLIF(
              SUBSTRING(`t0`.`tenant`, IF((
                0 + 1
              ) >= 1, 0 + 1, 0 + 1 + LENGTH(`t0`.`tenant`)), 300),
              ''
            ) AS `tenant`,
            (
              (
                `t0`.`input` IS NOT NULL
              )
              AND (
                (
                  `t0`.`input` < 0
                ) OR (
                  `t0`.`input` >= 1000000000000000
                )
              )
            )
            OR (
              (
                `t0`.`cached` IS NOT NULL
              )
              AND (
                (
                  `t0`.`cached` < 0
                ) OR (
                  `t0`.`cached` >= 1000000000000000
                )
              )
            )
            OR (
              (
                `t0`.`output` IS NOT NULL
              )
              AND (
                (
                  `t0`.`output` < 0
                ) OR (
                  `t0`.`output` >= 1000000000000000
                )
              )
            ) AS `bad`
          FROM `project`.`dataset`.`calls` AS `t0`
        ) AS `t1`
      ) AS `t2`
    ) AS `t3`
    WHERE
      CASE
        WHEN `t3`.`fault` IS NOT NULL
        THEN `t3`.`fault`
        WHEN `t3`.`failed`
        THEN 'failed'
        ELSE CAST(NULL AS STRING)
      END IS NULL
  ) AS `t4`
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8
) AS `t5`
