import { assertMayUse, type Access } from '../account/access.js';
import type { Caller } from '../call-context.js';
import type { BackupOffering } from '../dao/backup-offering-dao.js';
import type { RuledBackup } from '../dao/backup-retention-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm } from '../dao/vm-dao.js';
import { found, lookUp, refused } from '../errors.js';
import { KEEPS, NO_RULE, readOfferingWish, type OfferingRetention, type OfferingRetentionWish } from '../retention-rule.js';
import { factsOf, governedIn, type MachineFacts } from './retention-facts.js';
import { forecast, type ExpectedBackup, type Outlook } from './retention-forecast.js';
import type { Governed, Reason } from './retention.js';
import { runsFrom } from './upcoming-runs.js';

/** Whose backups are asked about: those of a machine, of the machine of a schedule, or of the machines, or one of them, in an offering. */
export interface RetentionQuestion {
  readonly vmUuid: string | undefined;
  readonly scheduleUuid: string | undefined;
  readonly offeringUuid: string | undefined;
  /** Part of the names of the machines in an offering. */
  readonly keyword: string | undefined;
  /** What is tried in place of the rule that the schedule or the offering has. */
  readonly tried: OfferingRetentionWish;
  /** How many days are looked ahead. */
  readonly aheadDays: number | undefined;
}

/** What becomes of a backup. */
export interface PreviewedBackup {
  readonly backup: RuledBackup;
  /** Why it is kept; it goes if there is none. */
  readonly reasons: readonly Reason[];
  /** When it goes, as far as was looked ahead. */
  readonly goes: Date | undefined;
  /** The backup that it depends on, if that is known. */
  readonly base: RuledBackup | undefined;
}

/** What becomes of the backups of a machine. */
export interface MachinePreview {
  readonly vm: Pick<Vm, 'id' | 'uuid' | 'name'>;
  readonly backups: readonly PreviewedBackup[];
  /** How far was looked ahead. */
  readonly until: Date;
}

/** The machines of a question, and the rule that is tried for them. */
interface Asked {
  readonly vms: Listing<MachinePreview['vm']>;
  /** The facts as if the rule were that. */
  readonly tried: (facts: MachineFacts) => MachineFacts;
}

const DAY_MS = 24 * 3_600_000;
const USUAL_DAYS_AHEAD = 30;
const MOST_DAYS_AHEAD = 366;
/** So many backups of a schedule are expected at most. */
const MOST_EXPECTED = 500;
const EVERYBODYS = { account: undefined, domainUuid: undefined, listAll: true, isRecursive: true, project: undefined, byId: false };

/** Tells which backups the rules of schedules and offerings let go, and when, before they go. */
export class RetentionPreview {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly now: () => Date,
  ) {}

  /** A page of the machines that are asked about, each with all of its backups. */
  async preview(caller: Caller, question: RetentionQuestion, page: Page): Promise<Listing<MachinePreview>> {
    const { vms, tried } = await this.ask(caller, question, page);
    const until = new Date(this.now().getTime() + daysAhead(question) * DAY_MS);
    const facts = await factsOf(
      this.db.daos,
      vms.rows.map(({ id }) => id),
    );
    const names = new Map(vms.rows.map((vm) => [vm.id, vm]));
    const rows = facts.flatMap((each) => {
      const vm = names.get(each.vmId);
      return vm ? [previewOf(vm, tried(each), this.now(), until)] : [];
    });
    return { rows, total: vms.total };
  }

  private async ask(caller: Caller, question: RetentionQuestion, page: Page): Promise<Asked> {
    const { scheduleUuid, offeringUuid, vmUuid, keyword } = question;
    const rule = triedRule(question);
    if (scheduleUuid !== undefined) {
      if (vmUuid !== undefined || offeringUuid !== undefined) throw refused('a schedule is of one machine: give scheduleid alone');
      return this.askForSchedule(caller, scheduleUuid, rule);
    }
    const one = await lookUp(vmUuid, 'virtual machine', (uuid) => this.db.daos.vms.findByUuidIncludingRemoved(uuid));
    if (one) assertMayUse(caller, one, `virtual machine ${one.uuid}`);
    if (offeringUuid !== undefined) {
      const offering = found(await this.db.daos.offerings.findByUuid(offeringUuid), 'backup offering', offeringUuid);
      const vms = one ? await this.inOffering(one, offering) : await this.allIn(caller, offering, keyword, page);
      return { vms, tried: rule ? withOfferingRule(offering, rule) : asItIs };
    }
    if (!one) throw refused('say what is looked at: a machine by virtualmachineid, a schedule by scheduleid, or backupofferingid');
    if (rule) throw refused('say whose rule is tried: that of a schedule by scheduleid, or that of an offering by backupofferingid');
    return { vms: { rows: [one], total: 1 }, tried: asItIs };
  }

  private async askForSchedule(caller: Caller, uuid: string, rule: Partial<OfferingRetention> | undefined): Promise<Asked> {
    const schedule = found(await this.db.daos.schedules.findByUuid(uuid), 'backup schedule', uuid);
    assertMayUse(caller, schedule, `backup schedule ${uuid}`);
    const { id: scheduleId, vmId: id, vmUuid, vmName: name } = schedule;
    if (rule?.keepTimezone !== undefined || rule?.keepManual !== undefined) {
      throw refused('keeptimezone and keepmanual are of offerings: a schedule has a time zone, and its rule holds for what it has taken');
    }
    return {
      vms: { rows: [{ id, uuid: vmUuid, name }], total: 1 },
      tried: (facts) => ({ ...facts, schedules: facts.schedules.map((each) => (each.id === scheduleId ? { ...each, ...rule } : each)) }),
    };
  }

  private async inOffering(vm: Vm, offering: BackupOffering): Promise<Asked['vms']> {
    const assignment = await this.db.daos.assignments.findByVm(vm.id);
    if (assignment?.policyId === offering.id) return { rows: [vm], total: 1 };
    throw refused(`virtual machine ${vm.uuid} is not in backup offering ${offering.uuid}`);
  }

  private async allIn(caller: Caller, offering: BackupOffering, keyword: string | undefined, page: Page): Promise<Asked['vms']> {
    const owners = await this.access.owners(caller, EVERYBODYS);
    return this.db.daos.vms.list({ ...owners, backupOfferingId: offering.id, keyword }, page);
  }
}

const asItIs: Asked['tried'] = (facts) => facts;

const withOfferingRule =
  ({ id }: BackupOffering, rule: Partial<OfferingRetention>): Asked['tried'] =>
  (facts) =>
    facts.offering?.id === id ? { ...facts, offering: { ...facts.offering, ...rule } } : facts;

/** What is to be tried, with a whole rule if a part of one is given; undefined if nothing is. */
function triedRule({ tried }: RetentionQuestion): Partial<OfferingRetention> | undefined {
  const said = readOfferingWish(tried);
  if (Object.keys(said).length === 0) return undefined;
  return KEEPS.some((keep) => said[keep] !== undefined) ? { ...NO_RULE, ...said } : said;
}

/** Only one machine's future is looked into, unless it is asked for. */
function daysAhead({ vmUuid, scheduleUuid, aheadDays }: RetentionQuestion): number {
  const isOne = vmUuid !== undefined || scheduleUuid !== undefined;
  if (aheadDays === undefined) return isOne ? USUAL_DAYS_AHEAD : 0;
  if (aheadDays < 0 || aheadDays > MOST_DAYS_AHEAD)
    throw refused(`parameter lookaheaddays: ${aheadDays} is not from 0 to ${MOST_DAYS_AHEAD}`);
  if (aheadDays > 0 && !isOne)
    throw refused('parameter lookaheaddays: ahead is looked for one machine at a time; give virtualmachineid too');
  return aheadDays;
}

function previewOf(vm: MachinePreview['vm'], facts: MachineFacts, now: Date, horizon: Date): MachinePreview {
  const governed = governedIn(facts);
  const expected = expectedOf(vm.uuid, facts, governed, { now, until: horizon });
  const { verdicts, goes, until } = forecast({ backups: facts.backups, governed, expected, now, until: horizon });
  const byName = new Map(facts.backups.map((backup) => [backup.externalId, backup]));
  const backups = facts.backups.map((backup) => ({
    backup,
    reasons: verdicts.get(backup.id) ?? [],
    goes: goes.get(backup.id),
    base: backup.dependsOn === null ? undefined : byName.get(backup.dependsOn),
  }));
  return { vm, backups, until };
}

/** What the schedules are due to take, in the order of the times. */
function expectedOf(
  vmUuid: string,
  { schedules, offering }: MachineFacts,
  governed: readonly Governed[],
  { now, until }: Pick<Outlook, 'now' | 'until'>,
): ExpectedBackup[] {
  const expected = schedules.flatMap((schedule) => {
    const under = governed.find(({ rule }) => rule === schedule) ?? governed.find(({ rule }) => rule === offering);
    const due: ExpectedBackup[] = [];
    for (const at of runsFrom({ ...schedule, vmUuid })) {
      if (at > until || due.length === MOST_EXPECTED) break;
      if (at > now) due.push({ at, under });
    }
    return due;
  });
  return expected.sort((a, b) => a.at.getTime() - b.at.getTime());
}
