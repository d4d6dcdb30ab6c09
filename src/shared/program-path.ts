/**
 * The PATH along which every program that the Monitor starts is looked for, and that it gets: never the one that the Monitor was started
 * with, which may name folders that others can write to.
 */
export const PROGRAM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
