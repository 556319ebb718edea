// A search form's empty fields stay out of the address, so that a shared link shows only what was chosen.

export function leaveOutEmptyFields(root) {
  root.addEventListener("formdata", ({ target, formData }) => {
    if (target.method !== "get") return;
    for (const name of new Set(formData.keys())) {
      const filled = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of filled) formData.append(name, value);
    }
  });
}
