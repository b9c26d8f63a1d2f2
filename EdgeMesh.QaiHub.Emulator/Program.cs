return await EdgeMesh.QaiHub.Emulator.EmulatorCommand.InvokeAsync(args);
