/**
 * The PATH on which the Monitor finds every program that it starts, and which it passes to them. Never the PATH that the Monitor was
 * started with, which may name folders that others can write to.
 */
export const PROGRAM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
