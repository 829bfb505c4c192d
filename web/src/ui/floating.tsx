import { Popover } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import css from "./floating.module.css";

interface Props {
  opened: boolean;
  onClose: () => void;
  target: ReactElement;
  children: ReactNode;
  label: string;
  position?: "bottom-start" | "bottom-end";
}

/** One surface for everything that floats beside what was clicked. */
export function Floating({ opened, onClose, target, children, label, position = "bottom-start" }: Props) {
  return (
    <Popover
      opened={opened}
      onChange={(open) => {
        if (!open) onClose();
      }}
      position={position}
      trapFocus={false}
      withRoles={false}
      returnFocus
      withinPortal
      hideDetached={false}
      classNames={{ dropdown: css.surface ?? "" }}
    >
      <Popover.Target>{target}</Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={label}>{opened && children}</Popover.Dropdown>
    </Popover>
  );
}
