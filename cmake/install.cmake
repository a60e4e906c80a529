# install.cmake - the library, its header, the command, and what pkg-config and CMake users need to find them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS minescar EXPORT minescarTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS minescar-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT minescarTargets NAMESPACE minescar:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/minescar)
configure_package_config_file(cmake/minescarConfig.cmake.in minescarConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/minescar)
write_basic_package_version_file(minescarConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/minescarConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/minescarConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/minescar)
# Relative, so that an installed tree can be moved.
file(RELATIVE_PATH MINESCAR_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/minescar.pc.in minescar.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/minescar.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
